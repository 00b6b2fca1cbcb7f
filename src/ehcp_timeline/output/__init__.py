"""Bytes out: no arithmetic, no law."""
