"""The table of what differs among the configs of runs."""
