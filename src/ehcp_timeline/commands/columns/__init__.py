"""`ehcp columns`: how a file is read."""
