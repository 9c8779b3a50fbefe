"""Several sets as one stream of rows: splits, leaks, tasks, lazy selections."""
