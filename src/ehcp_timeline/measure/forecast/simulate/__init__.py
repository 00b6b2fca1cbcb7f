"""The weeks ahead, run many times."""
