"""What a language model says next, writes, and pays for each token."""
