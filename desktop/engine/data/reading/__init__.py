"""Files as bytes, text and records: encodings, lines, formats, archives; it knows nothing of what records mean."""
