"""Dialogues: who speaks when, how a turn is read, and when it ends."""
