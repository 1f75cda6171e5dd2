"""What leaves: rows for each trainer, the files around them, the dataset card, and its licence."""
