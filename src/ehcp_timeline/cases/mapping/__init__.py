"""A council's own headings and codes, translated to ours."""
