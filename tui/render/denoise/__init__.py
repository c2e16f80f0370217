"""Drawings of denoising."""
