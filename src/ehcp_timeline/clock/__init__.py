"""Date arithmetic without law."""
