"""The second reader: whole files."""
