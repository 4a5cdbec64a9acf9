"""What is asked of a finished report: its claims, what has changed, what nothing checks, how firm it is."""
