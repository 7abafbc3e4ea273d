"""What a campaign leaves behind: the journal's events, the result's data types, and their statistics."""
