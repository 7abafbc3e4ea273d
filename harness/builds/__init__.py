"""Targets: found on this machine, told apart by their fingerprint, or built."""
