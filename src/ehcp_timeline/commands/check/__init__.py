"""`ehcp check`: what is overdue, what is due soon, and when the backlog clears."""
