"""Hyper-parameters of a NequIP model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NequIPConfig:
    """Hyper-parameters of a NequIP model.

    Attributes
    ----------
    atomic_numbers : the elements it covers, ascending; a species is a place in this list.
    cutoff_A : in angstrom.
    n_layers : message-passing layers.
    hidden_irreps : features between layers, like ``128x0e + 64x1o``.
    lmax : largest degree of the spherical harmonics of an edge.
    n_basis : Bessel functions of a distance.
    radial_width, radial_layers : hidden layers of the radial network.
    envelope_p : order of the polynomial envelope.
    average_neighbours : messages are divided by its square root.
    skip_per_species : whether every species has skip weights of its own.
    embedding : numbers that an atom starts with, the same for all atoms of an element. At first
        they tell its place in the periodic table, so that what is learnt of one element says
        something of its neighbours. 0: elements have nothing in common but what training finds.
    layer_norm : whether features are normalised before the gate.
    scale_eV, shift_eV : of the energy of an atom, added to its reference energy.
    radial_init_scale : variance of the radial network's first weights at initialisation.
    """

    atomic_numbers: tuple[int, ...]
    cutoff_A: float = 5.0
    n_layers: int = 4
    hidden_irreps: str = "64x0e + 32x1o + 16x2e"
    lmax: int = 2
    n_basis: int = 8
    radial_width: int = 64
    radial_layers: int = 2
    envelope_p: float = 6.0
    average_neighbours: float = 20.0
    skip_per_species: bool = False
    embedding: int = 0
    layer_norm: bool = True
    scale_eV: float = 1.0
    shift_eV: float = 0.0
    radial_init_scale: float = 4.0
