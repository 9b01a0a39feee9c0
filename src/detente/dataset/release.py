"""The dataset's own version and date; ids of articles are never reused between versions."""

VERSION = "0.2.0"
DATE = "2026-11-22"
