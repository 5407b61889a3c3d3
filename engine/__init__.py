"""Phonoscope's engine: vibrations of molecules and phonons of crystals, and their symmetry.

>>> import engine
>>> silicon = engine.read("silicon")
>>> ph = engine.phonons(silicon, engine.load_model("stillinger-weber"))
>>> ph.gamma_optical
'T2g'
"""

from engine.runtime import configure as _configure

_configure()

from engine.calculator import calculator
from engine.errors import PhonoscopeError
from engine.finite_differences import (
    energy_forces_stress,
    force_constants_by_displacements,
    hessian,
)
from engine.formats.stored import load_result, save_result
from engine.isotopes import with_isotopes
from engine.isotopologues import isotopologue
from engine.library import entries, entry
from engine.modes import Modes
from engine.phonons import Phonons, phonons, phonons_from_force_constants
from engine.potentials import Potential, load_model, register_model
from engine.potentials.finite_difference import from_calculator
from engine.reading import read
from engine.relaxation import relax
from engine.structure import primitive_cell
from engine.symmetry.vibrational_representation import (
    VibrationalRepresentation,
    vibrational_representation,
)
from engine.vibrations import Vibrations, vibrations, vibrations_from_hessian

__all__ = [
    "Modes",
    "Phonons",
    "PhonoscopeError",
    "Potential",
    "VibrationalRepresentation",
    "Vibrations",
    "calculator",
    "energy_forces_stress",
    "entries",
    "entry",
    "force_constants_by_displacements",
    "from_calculator",
    "hessian",
    "isotopologue",
    "load_model",
    "load_result",
    "phonons",
    "phonons_from_force_constants",
    "primitive_cell",
    "read",
    "register_model",
    "relax",
    "save_result",
    "vibrational_representation",
    "vibrations",
    "vibrations_from_hessian",
    "with_isotopes",
]
