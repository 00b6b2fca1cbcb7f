"""`ehcp key`: a key for pseudonyms."""
