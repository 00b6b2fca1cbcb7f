"""`ehcp explain`: every verdict of one case in numbered steps."""
