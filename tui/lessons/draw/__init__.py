"""Drawings of the figures of lessons, a file a kind."""
