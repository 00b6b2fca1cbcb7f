"""DfE's own measures by period and group: counted batch by batch and month by month, rolled up at the end."""
