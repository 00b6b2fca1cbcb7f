"""What every command asks and answers alike."""
