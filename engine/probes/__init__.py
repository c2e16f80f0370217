"""What is looked at inside a module."""
