"""Pure functions from arrays to cells."""
