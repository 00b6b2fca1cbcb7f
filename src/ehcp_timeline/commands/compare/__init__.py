"""`ehcp compare`: a council's own figures beside those that the DfE publishes."""
