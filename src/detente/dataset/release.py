"""The dataset's version, which is the code's, and its date; ids of articles are never reused between versions."""

from detente import __version__

VERSION = __version__
DATE = "2026-11-22"
