"""What this machine does while the watched programs train."""
