"""The GAN arena: two networks against each other, in the plane or as sheets of images."""
