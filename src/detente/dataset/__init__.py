"""The dataset folder: documents as Parquet with nested features, its card, and the way back to documents."""
