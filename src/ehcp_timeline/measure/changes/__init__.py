"""What moved between two answers about the same cases."""
