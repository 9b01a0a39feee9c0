"""detente: an annotated dataset and benchmark of news on defence diplomacy, security cooperation and conflict."""

__version__ = "0.2.0"
