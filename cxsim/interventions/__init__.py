"""Interventions: named parameters, the modifiers that change them, and whom they reach."""
