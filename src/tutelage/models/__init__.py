"""Models on disk: found, fetched, converted and loaded; a tuned student's folder."""
