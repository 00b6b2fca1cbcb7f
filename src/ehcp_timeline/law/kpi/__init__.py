"""Measures that are asked of councils, as the rulebook writes them down."""
