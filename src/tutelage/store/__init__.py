"""The run database: one SQLite file that holds everything a run has asked, made, and refused."""
