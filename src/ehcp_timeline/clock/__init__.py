"""Dates, and no law."""
