"""Somebody's own types: what their classes define becomes a subject's operations, with arguments that were tried.

Runs inside the target, for it is there that the package can be imported. What comes of it is the source of a file of
subjects: from there on nothing tells it from one that was written by hand.
"""
