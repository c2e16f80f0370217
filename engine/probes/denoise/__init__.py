"""How noise becomes an image."""
