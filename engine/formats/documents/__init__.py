"""Results as JSON documents: the shapes that scripts rely on (docs/json.md).

A field that cannot be computed yet is null, never a guess.
"""

from engine.formats.documents.common import Document
from engine.formats.documents.crystals import crystal_symmetry_document, phonons_document
from engine.formats.documents.molecules import modes_document, symmetry_document

__all__ = [
    "Document",
    "crystal_symmetry_document",
    "modes_document",
    "phonons_document",
    "symmetry_document",
]
