"""What a child's ending means, and the proofs of what is known."""
