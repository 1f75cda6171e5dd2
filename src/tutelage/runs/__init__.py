"""Runs: the one door for calls and its pace, the flow of items, the stages, and what it shows of itself."""
