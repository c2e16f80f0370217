"""Drawings of a model's health."""
