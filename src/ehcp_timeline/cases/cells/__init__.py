"""What one cell says: a date, a code, a flag, or a blank."""
