"""Tests of random programs."""
