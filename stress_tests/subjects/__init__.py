"""The catalogue: objects that threads share, and what they do with them."""
