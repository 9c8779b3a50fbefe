"""Rows from files to canonical rows: readers, recognition, checks, splits; it knows no screen."""
