"""A council's own figures beside those that the DfE publishes of everybody."""
