"""The options of every model, declared once. Torch-free, so that listing and validating cost nothing."""
