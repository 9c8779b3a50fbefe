"""The widgets: layout and wiring only; what they decide is in flow, what they know is in engine."""

from desktop.bridge.singleton_guard import keep_singletons_alive

keep_singletons_alive()  # importing the guard's package made the call already; this names the reason to import it
