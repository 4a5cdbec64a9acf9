"""The networks, and how they were trained."""
