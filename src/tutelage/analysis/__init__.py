"""Measures of a dataset: what it covers, how varied it is, and what it repeats."""
