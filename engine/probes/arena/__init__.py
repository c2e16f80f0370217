"""What happens between generator and discriminator."""
