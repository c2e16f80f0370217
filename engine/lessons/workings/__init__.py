"""The arithmetic of the lessons in plain NumPy, written to be read; one concept a file. Torch-free."""
