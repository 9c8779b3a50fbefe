"""The small adapters between engine processes and Qt signals; they decide nothing and know no widget."""
