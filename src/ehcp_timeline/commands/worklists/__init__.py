"""`ehcp overdue`, `next` and `letters`: what to do, for whom, by when."""
