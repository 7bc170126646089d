"""The pages of help."""

from __future__ import annotations

from cxsim.cli.commands import SUMMARIES, Command
from cxsim.cli.conf import SearchPath


def overview() -> str:
    """Return the page that lists the commands."""
    width = max(len(name) for name in SUMMARIES)
    lines = [f"  cxsim {name:<{width}}  {summary}" for name, summary in SUMMARIES.items()]
    return "\n".join(
        (
            "cxsim: the what-if laboratory for customer experience",
            "",
            *lines,
            "",
            "cxsim COMMAND --help says what a command takes.",
            "Exit status: 0 done, 1 the run failed, 2 the input is wrong.",
        )
    )


def page(command: Command, search: SearchPath) -> str:
    """Return the page of one command: what it does, what can be chosen, and examples."""
    groups = [f"  {group}={'|'.join(search.choices(group))}" for group in search.groups() if group != "intervention"]
    return "\n".join(
        (
            command.text,
            "",
            f"cxsim {command.name} [group=choice ...] [key=value ...] [-m] [--config-dir DIR] [--cfg job [--resolve]]",
            "",
            "Groups and their choices:",
            *groups,
            f"  study.arms=[{','.join(search.choices('intervention'))}]   (a+b is a bundle)",
            "",
            "Any key of the configuration can be set: population.size=5000, journey.touchpoints.bill.failure=0.02.",
            "  -m                 sweep over every combination of lists like study.seed=1,2,3",
            "  --config-dir DIR   a folder of your own files in the same groups; they come before the shipped ones",
            "  --cfg job          print the configuration, with --resolve its references filled in, and do nothing",
            "",
            "Examples:",
            *(f"  {example}" for example in command.examples),
        )
    )
