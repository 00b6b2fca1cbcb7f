"""Lists and tables without the people in them."""
