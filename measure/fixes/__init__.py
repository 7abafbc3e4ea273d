"""Real bugs as the yardstick: thread-safety fixes of CPython's history, each undone on a branch's tip, found again.

python -m measure.fixes $CPYTHON@main --out DIR [--only REGEX] [--repeat 3] [--limit 60s] [--with pairs,run]
"""
