"""Tuning a student: examples become tokens with a mask, a method says what is trained, TRL trains it."""
