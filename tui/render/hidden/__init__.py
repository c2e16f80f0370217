"""Drawings of hidden states."""
