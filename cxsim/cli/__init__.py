"""The command line: the only user of Hydra."""

from cxsim.cli.entry import main

__all__ = ["main"]
