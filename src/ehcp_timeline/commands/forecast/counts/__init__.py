"""A forecast from published counts alone."""
