"""Modules that are loaded by name."""
