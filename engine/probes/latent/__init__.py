"""Where a variational autoencoder puts its examples."""
