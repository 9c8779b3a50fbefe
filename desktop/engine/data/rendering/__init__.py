"""From canonical rows to what the model sees: templates, tokens, loss masks, lengths, packing."""
