"""The trainer, the session that owns its thread, and checkpoints."""
