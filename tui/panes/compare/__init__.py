"""Comparisons in the lab: a form, their progress, their tables and verdicts."""
