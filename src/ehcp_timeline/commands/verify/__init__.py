"""`ehcp verify`: whether an output can be had again."""
