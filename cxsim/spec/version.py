"""The version of the laws that make the numbers."""

MODEL_VERSION = "1"
"""Raised whenever the same scenario and seed would give other numbers; part of every run id."""
