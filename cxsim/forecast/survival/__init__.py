"""Time to churn on customer tables: survival curves, hazards with covariates, and how well they are calibrated."""
