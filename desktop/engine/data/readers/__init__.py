"""READERS: one file a format, discovered; they know bytes and rows and nothing of training."""
