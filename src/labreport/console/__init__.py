"""What the user sees on the terminal: plan, progress, summary and errors, readable at 80 columns."""
