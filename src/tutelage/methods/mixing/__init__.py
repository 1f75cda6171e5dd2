"""Mixing skills: lists, combinations, and the conversation that writes one example."""
