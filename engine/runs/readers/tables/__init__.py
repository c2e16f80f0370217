"""What tables have in common: rows over steps, whether they were written as CSV or as JSON lines."""
