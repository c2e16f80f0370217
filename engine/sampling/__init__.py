"""How samples are drawn from a trained model, step by step."""
