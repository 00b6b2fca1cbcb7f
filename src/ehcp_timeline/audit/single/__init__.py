"""The first reader: one case, and how its verdict came about."""
