"""Who is meant, told to nobody."""
