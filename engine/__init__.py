"""Everything that computes. Knows nothing of any screen."""
