"""When the backlog clears: simulated from the weeks behind, under several orders of work, and scored."""
