"""Readers of trained models in the file formats of the programs that trained them."""
