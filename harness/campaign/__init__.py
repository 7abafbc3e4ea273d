"""Plans trials, runs each in a child of the target, watches it, and grades what the journal holds."""
