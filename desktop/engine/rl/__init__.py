"""Learning from rewards: answers sampled from the model itself, and the losses made of them."""
