"""What the watched programs print."""
