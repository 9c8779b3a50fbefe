"""The chat page: base and tuned side by side; what is said and judged is decided in ``flow.chat``."""
