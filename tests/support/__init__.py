"""What many tests stand on: tiny models, guards, small files; it knows no part of the product in particular."""
