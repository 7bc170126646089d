"""Scenarios and runs that several statistical tests share."""

from __future__ import annotations

import pytest

import cxsim
from cxsim.spec.scenario import Scenario


@pytest.fixture(scope="session")
def telecom() -> Scenario:
    """Return the telecom scenario as it is shipped."""
    return cxsim.load("telecom")
