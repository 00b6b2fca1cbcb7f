"""What changed between two answers about the same cases."""
