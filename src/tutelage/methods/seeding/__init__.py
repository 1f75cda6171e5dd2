"""Seeds: what a user brings, and what is drawn from it."""
