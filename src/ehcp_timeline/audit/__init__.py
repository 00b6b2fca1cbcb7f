"""The law applied to cases."""
