"""Readers and writers: structures of any kind of file, and the documents of the command line.

A new file format is a new file here, called from
:func:`engine.formats.structures.read_file`.
"""

from engine.formats.documents import modes_document, phonons_document
from engine.formats.structures import read_file

__all__ = ["modes_document", "phonons_document", "read_file"]
