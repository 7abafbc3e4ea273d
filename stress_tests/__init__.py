"""The scenario suites that ship with ftstress, a folder each."""
