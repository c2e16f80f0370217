"""Fair comparisons: same data, splits, seeds and budget, one training after the other; how surely they differ."""
