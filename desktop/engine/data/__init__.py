"""Rows from files to canonical rows: readers, recognition, checks, splits; it knows no tokenizer but what it is handed."""
