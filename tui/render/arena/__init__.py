"""Drawings of the GAN arena."""
