"""How good what a model generates is, by measures that all generative models share."""
