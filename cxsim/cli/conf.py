"""Where the configuration files are: the user's folder first, then the one shipped with the package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cxsim.errors import Fault, InputError, nearest


def packaged() -> Path:
    """Return the folder of the shipped configuration: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


@dataclass(frozen=True)
class SearchPath:
    """The folders searched for configuration files; a file shadows those of its name in later folders."""

    roots: tuple[Path, ...]

    @classmethod
    def of(cls, config_dir: str | Path | None) -> SearchPath:
        """Return the path with the user's folder, if any, before the shipped one.

        Raises
        ------
        InputError : there is no such folder.
        """
        if config_dir is None:
            return cls((packaged(),))
        folder = Path(config_dir).absolute()
        if not folder.is_dir():
            raise InputError([Fault("--config-dir", "no such folder", str(config_dir))])
        return cls((folder, packaged()))

    def groups(self) -> list[str]:
        """Return the names of the groups."""
        folders = {path.name for root in self.roots for path in root.iterdir() if path.is_dir()}
        return sorted(name for name in folders if self.choices(name))

    def choices(self, group: str) -> list[str]:
        """Return the names of the files of a group."""
        return sorted({path.stem for root in self.roots for path in (root / group).glob("*.yaml")})

    def missing(self, group: str, choice: str) -> Fault | None:
        """Return the fault of a choice that its group does not have."""
        choices = self.choices(group)
        if choice.removesuffix(".yaml") in choices:
            return None
        return Fault(f"{group}={choice}", f"no such choice of the group {group!r}", choice, nearest(choice, choices))
