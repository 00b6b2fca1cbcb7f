"""Golden cases: what a rulebook must answer."""
