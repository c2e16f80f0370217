"""Readers of logs, one format a file."""
