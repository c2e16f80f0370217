"""Drawings of latent spaces."""
