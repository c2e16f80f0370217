"""The list of the runs that are watched."""
