"""`ehcp convert`: any file that can be read, as a canonical case file."""
