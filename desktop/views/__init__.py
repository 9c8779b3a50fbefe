"""The widgets: layout and wiring only; what they decide is in flow, what they know is in engine."""
