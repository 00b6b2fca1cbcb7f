"""`ehcp rules`: the law as it is written down here, shown and tested."""
