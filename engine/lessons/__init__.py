"""Lessons: one idea at a time with its real numbers, a file each. Torch-free until proved or trained."""
