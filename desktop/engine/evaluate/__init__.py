"""Held-out figures and rules for answers; one file a family."""
