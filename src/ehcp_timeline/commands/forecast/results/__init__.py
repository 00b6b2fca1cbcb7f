"""What a forecast answers."""
