"""Ten hidden layers."""
