"""The value of one cell: a date, a code, a flag, or a blank."""
