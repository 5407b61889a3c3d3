"""Waves in crystals: the group of a wave vector, its irreps and their names."""
