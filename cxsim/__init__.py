"""cxsim: the what-if laboratory for customer experience."""

__version__ = "0.1.0"
