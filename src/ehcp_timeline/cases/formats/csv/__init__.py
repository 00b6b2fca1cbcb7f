"""Text files of rows and cells."""
