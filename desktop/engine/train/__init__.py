"""The run itself: check, load, prepare, train, save; this package alone may import torch at module level."""
