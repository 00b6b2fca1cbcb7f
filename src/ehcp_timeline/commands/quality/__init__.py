"""`ehcp quality`: how good the data is."""
