"""Data sets of the Hugging Face hub: those in the cache, and fetching one when the user asks."""
