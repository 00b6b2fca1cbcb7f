"""Arithmetic on verdicts that several commands share."""
