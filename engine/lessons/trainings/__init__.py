"""What lessons train, on the modules that the lab trains."""
