"""What is taken away: results, tables, and structures with their motion, as files.

A new format is a function in a file here and a line in :mod:`engine.formats.writers.catalogue`.
"""

from engine.formats.writers.catalogue import FORMATS, Format, file_format, of_path
from engine.formats.writers.content import Content, content_of

__all__ = ["FORMATS", "Content", "Format", "content_of", "file_format", "of_path"]
