from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: who runs here before may have compiled anything.
COMPILE = """
from cxsim.cli.compose import load
from cxsim.engine import warm
from cxsim.engine.compiled import compiled

scenario = load("telecom")
levers = {name: lever for name, lever in scenario.interventions.items() if name in %r}
warm._complete = lambda: False  # as before the first run
said = []
warm.ensure_compiled(scenario.model_copy(update={"interventions": levers}), said.append)
print(len(said), *(function.__name__ for function in warm.COMPILED if not compiled(function).signatures))
"""


@pytest.mark.parametrize("levers", [(), ("agent_training",), ("renewal_delight",)])
def test_whatever_levers_there_are_all_is_compiled_at_once(levers: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-c", COMPILE % (levers,)], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
