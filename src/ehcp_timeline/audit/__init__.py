"""The law held against a case."""
