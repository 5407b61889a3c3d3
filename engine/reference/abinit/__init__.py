"""Density-functional reference of crystals by ABINIT: inputs, runs, and reading what comes out."""
