"""What one optimisation step is, and what good means."""
