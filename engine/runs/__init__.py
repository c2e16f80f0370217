"""Runs: named series and records, live or read from disk."""
