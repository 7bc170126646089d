from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cxsim.spec.scenario import Scenario

CONF = Path(__file__).resolve().parents[3] / "conf"
TOUCHPOINT = {"stage": "use", "quality": {"functional": 0.7, "emotional": 0.7}, "channels": {"web": 1.0}}


@pytest.fixture(scope="session")
def telecom() -> Scenario:
    scenario = yaml.safe_load((CONF / "scenario" / "telecom.yaml").read_text())
    del scenario["defaults"]
    for part in ("journey", "population", "market"):
        scenario[part] = yaml.safe_load((CONF / part / "telecom.yaml").read_text())
    return Scenario.model_validate(scenario)


@pytest.fixture
def small() -> dict[str, Any]:
    """The smallest journey without a fault, as it would stand in YAML; a test changes what it needs."""
    return {
        "channels": {"web": {"human": False}, "phone": {"human": True, "queue": "desk"}},
        "queues": {"desk": {"agents": 2}},
        "touchpoints": {
            "offer": {**TOUCHPOINT, "stage": "discovery"},
            "bill": {**TOUCHPOINT, "every_weeks": 4.0},
            "claim": {**TOUCHPOINT, "stage": "service"},
            "recall": {**TOUCHPOINT, "stage": "winback"},
        },
        "problem": {"touchpoint": "claim"},
        "start": "offer",
        "active": "live",
        "nodes": {
            "offer": {"touchpoint": "offer", "life": "lead", "next": {"live": "logit(E)", "gone": "rest"}},
            "live": {
                "life": "active",
                "background": ["bill"],
                "next": {"claim": "if pb.complained", "leave": "churn()"},
            },
            "claim": {"life": "active", "problem": True, "next": {"live": "if resolved", "leave": "churn()"}},
            "leave": {"life": "lost", "next": {"recall": "rate(0.01)", "leave": "rest"}},
            "recall": {"touchpoint": "recall", "life": "lost", "next": {"live": "accept(0.2)", "leave": "rest"}},
            "gone": {"life": "gone"},
        },
        "golden_path": ["offer", "live"],
    }
