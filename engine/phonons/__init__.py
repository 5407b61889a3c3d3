"""Phonons of a crystal: exact matrices, and what force constants from a mesh of them give."""

from engine.phonons.bands import Bands
from engine.phonons.dos import Dos
from engine.phonons.path import BandPath, band_path, standard_route
from engine.phonons.phonons import phonons, phonons_from_force_constants
from engine.phonons.polar import BornCharges, born_charges
from engine.phonons.result import Phonons
from engine.phonons.thermal import Thermal
from engine.phonons.trust import Trust
from engine.phonons.zone import Zone, brillouin_zone

__all__ = [
    "BandPath",
    "Bands",
    "BornCharges",
    "Dos",
    "Phonons",
    "Thermal",
    "Trust",
    "Zone",
    "band_path",
    "born_charges",
    "brillouin_zone",
    "phonons",
    "phonons_from_force_constants",
    "standard_route",
]
