"""Output in every format: no arithmetic, no law."""
