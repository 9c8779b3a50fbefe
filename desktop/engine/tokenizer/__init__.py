"""Tokenizers trained and reported on; it knows no model weights."""
