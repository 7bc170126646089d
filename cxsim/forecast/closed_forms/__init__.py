"""Closed forms of customer-base analysis: references that the simulator must meet, sanity bounds for forecasts."""
