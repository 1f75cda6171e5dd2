"""Templates over labelled rows: where they come from, and how they are rendered safely."""
