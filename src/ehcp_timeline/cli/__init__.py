"""The command line: the only code that reads arguments, the clock on the wall, or the environment."""
