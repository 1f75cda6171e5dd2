"""The command line: one file a verb; a verb starts no work of its own."""
