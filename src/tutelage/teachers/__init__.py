"""Models that answer: one file a kind, behind the contract in ``teacher.py``."""
