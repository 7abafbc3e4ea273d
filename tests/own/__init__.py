"""Tests of somebody's own types."""
