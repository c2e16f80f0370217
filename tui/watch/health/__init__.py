"""How every run stands, and what is wrong with it."""
