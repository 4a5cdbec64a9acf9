"""Three hidden layers that work."""
