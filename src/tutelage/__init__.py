"""Tutelage: from a sentence to an instruction dataset, a tuned model, and proof."""

__version__ = "0.1.0"
