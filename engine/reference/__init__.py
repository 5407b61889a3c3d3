"""Quantum-chemical reference data: computed once, stored under assets/ with their provenance."""
