"""Figures: each file turns data into one matplotlib Figure, never shown."""
