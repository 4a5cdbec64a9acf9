"""Errors by digit."""
