"""What is kept: one file a filter, behind the contract in ``filter.py``."""
