"""What the machine does while it trains: CPU, memory, GPUs."""
