"""`ehcp forecast`: when the backlog clears, and what would change it."""
