"""The page of one run: its figures, plots, samples, watch and end; what they mean is decided in flow."""
