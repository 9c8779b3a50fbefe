"""The small adapters between engine processes and Qt signals; they decide nothing and know no widget."""

from desktop.bridge.singleton_guard import keep_singletons_alive

keep_singletons_alive()  # before the first call into Qt, whoever makes it
