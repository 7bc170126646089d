"""Figures, tables and the report page, from a run folder alone."""
