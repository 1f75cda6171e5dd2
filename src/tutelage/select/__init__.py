"""Choosing from what is there: the best or most varied rows to a budget, and mixtures of several sources."""
