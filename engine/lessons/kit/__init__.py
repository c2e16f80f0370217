"""What lessons are made of: settings, scenes of frames, figures, facts, trainings."""
