"""The rulebook as records."""
