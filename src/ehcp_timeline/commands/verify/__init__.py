"""`ehcp verify`: whether an output can be made again."""
