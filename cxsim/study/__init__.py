"""Studies: simulate, compare, and the statistics of paired replications."""
