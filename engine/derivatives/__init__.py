"""Derivatives of any potential: generic transforms that know nothing of its form."""

from engine.derivatives.bloch import bloch_products, dynamical_matrices
from engine.derivatives.energy import EnergyResult, energy_forces_stress
from engine.derivatives.hessian import hessian

__all__ = [
    "EnergyResult",
    "bloch_products",
    "dynamical_matrices",
    "energy_forces_stress",
    "hessian",
]
