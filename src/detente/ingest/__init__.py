"""From a file or page to a frozen document: the only place where a text is changed, once, and the change recorded."""

from detente.ingest.debris import find_blocks
from detente.ingest.freeze import freeze
from detente.ingest.sources import ingest_files

__all__ = ["find_blocks", "freeze", "ingest_files"]
