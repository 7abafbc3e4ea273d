"""What CPython's documents promise of objects that threads share, and what campaigns of pairs have seen of it."""
