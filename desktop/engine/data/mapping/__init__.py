"""From records to canonical rows: recognition, picks, turns, mending; it knows no file."""
