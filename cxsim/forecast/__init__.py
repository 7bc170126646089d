"""Forecasts of churn, active customers, revenue and lifetime value."""
