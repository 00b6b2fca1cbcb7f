"""The command line: the only code that reads arguments, the clock or the environment."""

import gc

# A command runs once. While it is loaded and the law is read, 100,000 records are made and none is garbage:
# Python would look through them 126 times, a fifth of the time of a small file.
gc.set_threshold(100_000, 50, 1_000)
