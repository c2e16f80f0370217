"""Panes: one subject each, drawn from a session or a run."""
