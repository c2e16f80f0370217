"""Activations, gradients, updates and weights of every layer."""
