"""Figures of the DfE, and a council's own beside them."""
