"""The rulebook's files read, and every fault in them named."""
