"""Benchmarks: figures side by side in one run, printed as ratios; never part of the test suite, which times nothing."""
