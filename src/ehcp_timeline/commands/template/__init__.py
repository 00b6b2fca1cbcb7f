"""`ehcp template`: an empty case file."""
