"""Phonons of a crystal: exact dynamical matrices, bands along a path, modes at any q."""

from engine.phonons.bands import Bands
from engine.phonons.path import BandPath, band_path
from engine.phonons.phonons import Phonons, phonons

__all__ = ["BandPath", "Bands", "Phonons", "band_path", "phonons"]
