"""What a classifier answers, and where it is wrong."""
