"""`ehcp timeline`: every deadline of one case."""
