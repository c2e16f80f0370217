"""From noise to image, step by step."""
