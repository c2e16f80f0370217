"""How the layers of any model are doing."""
