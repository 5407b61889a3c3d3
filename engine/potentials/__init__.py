"""Models of the energy, one file each.

A potential is a pure function of edge vectors, species and graph, giving the energy of each atom.
It knows nothing of cells, strain, forces or phonons: :mod:`engine.derivatives` makes all of those
out of it. A new potential is a new file here and one line in :mod:`engine.potentials.registry`.
"""

from engine.potentials.potential import AtomicEnergies, Potential
from engine.potentials.registry import load_model, model_names, register_model

__all__ = ["AtomicEnergies", "Potential", "load_model", "model_names", "register_model"]
