"""`ehcp changes`: what changed between two files."""
