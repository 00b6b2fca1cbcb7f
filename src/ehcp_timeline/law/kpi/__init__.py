"""The measures of councils, as the rulebook defines them."""
