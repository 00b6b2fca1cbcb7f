"""`ehcp changes`: what moved between two files."""
