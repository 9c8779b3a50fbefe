"""Preference projects: store, pairing, agreement, export; it knows no widget and no model."""
