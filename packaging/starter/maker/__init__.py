"""The starter models' builder: a generated world, a tokenizer, three small models, sample data; it knows no screen."""
