"""Data sets made by the project: labelled structures, how they are computed and kept."""
