"""What a child's ending means, what makes two findings the same, and which ones are known."""
