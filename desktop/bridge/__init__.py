"""The small adapters between engine processes and Qt signals; they decide nothing and know no widget."""

from desktop.bridge.none_guard import keep_none_alive

keep_none_alive()  # before the first call into Qt, whoever makes it
