"""What a training of anybody writes: a run directory, off the training's own thread."""
