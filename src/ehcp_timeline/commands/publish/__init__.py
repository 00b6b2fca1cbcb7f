"""`--disclosure suppress`: counts that may be published, nobody listed."""
