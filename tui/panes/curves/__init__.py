"""Series over steps or time."""
