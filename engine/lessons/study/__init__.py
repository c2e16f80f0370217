"""Lessons at work: a process that computes and trains for a screen, and the verification of all facts."""
