"""The page: figures, tables and words become one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass
class Page:
    """Collects the figures of a page while its sections are written.

    Attributes
    ----------
    figures : SVG text by name, in the order of the page.
    """

    figures: dict[str, str] = field(default_factory=dict)

    def figure(self, name: str, figure: Figure, caption: str, kind: str = "") -> str:
        """Return a figure with its caption, and keep it under its name; a `large` one is scrolled sideways."""
        from cxsim.report.style import svg  # who writes no figure needs no drawing library

        text = svg(figure, name)
        self.figures[name] = text
        drawn = text.replace("<svg ", f'<svg role="img" aria-label="{escape(caption, quote=True)}" ', 1)
        return f'<figure><div class="drawn {kind}">{drawn}</div><figcaption>{escape(caption)}</figcaption></figure>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 1, wide: bool = False) -> str:
    """Return a table of plain texts; columns from `numbers` on are aligned to the right."""

    def cell(kind: str, index: int, text: str) -> str:
        return f"<{kind}{' class="n"' if index >= numbers else ''}>{escape(text)}</{kind}>"

    lines = ["".join(cell("th", i, text) for i, text in enumerate(head))]
    lines += ["".join(cell("td", i, text) for i, text in enumerate(row)) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines[1:])
    kind = ' class="wide"' if wide else ""
    return f'<div class="scroll"><table{kind}><thead><tr>{lines[0]}</tr></thead><tbody>{body}</tbody></table></div>'


def section(name: str, title: str, *parts: str) -> str:
    """Return a section with its title."""
    return f'<section id="{name}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'


def text(words: str, kind: str = "") -> str:
    """Return a paragraph of plain words."""
    return f'<p class="{kind}">{escape(words)}</p>' if kind else f"<p>{escape(words)}</p>"


def document(title: str, top: str, written: Iterable[tuple[str, str]]) -> str:
    """Return the whole page: `top`, then the sections, (title, HTML) each; one without a word is left out."""
    kept = [(words, html) for words, html in written if html]
    links = "".join(f'<a href="#{_name_of(html)}">{escape(words)}</a>' for words, html in kept)
    style = files("cxsim.report").joinpath("page.css").read_text("utf-8")
    body = top + "".join(html for _, html in kept)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f"<nav>{links}</nav>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _name_of(html: str) -> str:
    """Return the name of a `section`."""
    return html.split('id="', 1)[1].split('"', 1)[0]
