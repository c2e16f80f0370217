"""The latent space of an autoencoder."""
