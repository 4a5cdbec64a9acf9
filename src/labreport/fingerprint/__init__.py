"""Hashes that change when, and only when, something that matters changed. Standard library only."""
