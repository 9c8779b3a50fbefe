"""The tests, mirroring ``desktop``; a package so that ``tests.support`` can be imported."""
