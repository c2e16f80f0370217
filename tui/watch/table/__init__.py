"""The table of final values, and what lies between two runs."""
