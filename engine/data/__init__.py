"""Data sets: embedded defaults, and loaders for the user's own files."""
