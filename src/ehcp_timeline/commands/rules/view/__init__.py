"""The law in words."""
