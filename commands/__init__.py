"""What the longer commands of the door do."""
