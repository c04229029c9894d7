"""Slow, obvious reference functions that the package is tested against. Nothing here imports the package."""
