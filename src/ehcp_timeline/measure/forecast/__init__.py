"""When a backlog clears: the past read from case files, weeks ahead simulated, counts extended."""
