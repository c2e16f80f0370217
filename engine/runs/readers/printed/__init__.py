"""What training programs print: how metrics stand in a line of text, and where in the training that line is."""
