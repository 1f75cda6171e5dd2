"""Trees of tasks: their files, how they are explored, and how their tasks get examples."""
