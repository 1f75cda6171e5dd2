"""Ways to write instruction data: one file a method, behind the contract in ``method.py``."""
