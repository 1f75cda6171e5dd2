"""Evaluation: benches ask and grade; the statistics say how sure the figures are."""
