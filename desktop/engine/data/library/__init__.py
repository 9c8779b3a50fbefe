"""Imported data, kept as Arrow beside what was found out about it; the source files are never touched."""
