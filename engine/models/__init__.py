"""The built-in networks, one family a file."""
