"""Where attention looks."""
