"""Where attention looks: the wall of heads, one head, one token."""
