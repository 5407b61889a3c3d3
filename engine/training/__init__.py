"""Training models of the energy, and the data they are trained on."""
