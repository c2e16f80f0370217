"""The monitor: any training, seen from the logs that it writes."""
