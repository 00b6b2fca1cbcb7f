"""`ehcp check --exceptions`: what each recorded exception is worth."""
