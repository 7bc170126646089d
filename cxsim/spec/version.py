"""The version of the laws that make the numbers."""

MODEL_VERSION = "4"
"""Raised whenever the same scenario and seed would give other numbers; part of every run id, so no old run passes for a new."""
