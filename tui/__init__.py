"""Everything that draws. Knows nothing of tensors."""
