"""Drawings of attention weights."""
