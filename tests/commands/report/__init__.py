"""One page for a board, a team or the public."""
