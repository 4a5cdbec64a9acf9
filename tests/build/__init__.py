"""Builds of a small project."""
