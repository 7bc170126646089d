"""What a notebook uses: scenarios, runs and comparisons as objects."""

from __future__ import annotations

from cxsim.cli.compose import load
from cxsim.study.compare import compare
from cxsim.study.simulate import simulate

__all__ = ["compare", "load", "simulate"]
