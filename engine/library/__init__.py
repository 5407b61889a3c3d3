"""The library of structures that ship with the product, each with its result and its origin.

An entry is a folder of ``assets/structures/``:

* ``entry.toml`` says what it is and teaches: title, formula, kind, order, teaches, tags, and, if
  there is one, the ``model`` by which it can be computed again, or the ``springs`` that it is;
* ``structure.xyz`` holds the atoms;
* ``reference.npz`` (a molecule: Hessian, dipole and polarizability derivatives) or ``result.npz``
  (a crystal: :mod:`engine.formats.stored`) holds what was computed, ``provenance.json`` how.
"""

from engine.library.entry import Entry, Reference
from engine.library.shelf import assets, entries, entry, names

__all__ = ["Entry", "Reference", "assets", "entries", "entry", "names"]
