"""Token streams from a model, base and tuned from one set of weights; it knows no screen."""
