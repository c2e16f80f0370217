"""The facts of the lessons, one file a lesson, each against an oracle that the lesson does not use."""
