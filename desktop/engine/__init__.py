"""Everything that is true without a screen: jobs, data, methods, objectives, training; it knows no Qt."""
