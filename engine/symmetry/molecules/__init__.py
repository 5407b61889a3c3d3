"""Molecules: their point groups, and what these say about vibrations from geometry alone."""
