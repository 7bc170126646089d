"""Business metrics computed from the tables alone."""
