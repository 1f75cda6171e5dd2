"""What the pages of all reports share: one style, one policy, one way to escape, and the cells of tables."""
