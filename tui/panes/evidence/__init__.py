"""A Bayesian network under evidence that the user sets."""
