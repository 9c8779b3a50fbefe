"""Which method to take for these rows, this model, this machine and this goal; it knows no screen."""
