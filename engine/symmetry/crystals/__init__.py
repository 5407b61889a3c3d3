"""Crystals: space groups and factor groups, Wyckoff positions, and what they say at q = 0."""
