"""A forecast in words."""
