"""A council's own headings and codes, laid over ours."""
