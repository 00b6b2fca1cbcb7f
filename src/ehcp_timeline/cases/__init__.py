"""Case files, read into rows."""
