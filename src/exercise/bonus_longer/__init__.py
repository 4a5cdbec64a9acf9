"""The simple network, trained for longer."""
