"""What follows in a Bayesian network from what was seen."""
