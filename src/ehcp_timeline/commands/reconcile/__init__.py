"""`ehcp reconcile`: the legal rate beside the DfE's."""
