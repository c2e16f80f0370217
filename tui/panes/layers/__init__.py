"""The layers of a model, from the ladder down to the formula of one number."""
