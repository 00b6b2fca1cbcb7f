"""`ehcp rules`: the law as encoded here, shown and tested."""
