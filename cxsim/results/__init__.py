"""What a run leaves behind: tables, their columns, and the run folder."""
