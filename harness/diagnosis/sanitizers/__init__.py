"""What sanitizers report: cut out of what they write, read, and made findings."""
