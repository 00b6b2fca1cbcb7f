"""`ehcp reconcile`: the law's own rate against the DfE's rule."""
