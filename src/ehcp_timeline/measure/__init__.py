"""Arithmetic on verdicts."""
