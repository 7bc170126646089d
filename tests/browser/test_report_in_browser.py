from __future__ import annotations

import json
import re
import subprocess
from html import unescape
from pathlib import Path

import pytest

# Asks the laid-out page for texts outside their place; scrolled boxes may be wider than the window.
_MEASURE = """<script>addEventListener("load", () => {
  const wide = document.documentElement.scrollWidth > innerWidth;
  const out = [...document.querySelectorAll("main *")].filter(node => {
    if (node.closest(".scroll, .drawn") || node.closest("svg")) return false;
    const box = node.getBoundingClientRect();
    return box.width && (box.left < 0 || box.right > innerWidth + 0.5);
  }).map(node => node.tagName + " " + node.textContent.slice(0, 40));
  const spilled = [...document.querySelectorAll(".card, .card *, p, li, h1, h2, h3, nav")]
    .filter(node => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display != "inline")
    .map(node => node.tagName + " " + node.textContent.slice(0, 40));
  const svgs = [...document.querySelectorAll("svg")].filter(node => node.getBoundingClientRect().height < 100).length;
  document.body.setAttribute("data-measured", JSON.stringify({wide, out, spilled, svgs}));
});</script>"""


def visit(chromium: str, page: Path, profile: Path, width: int) -> tuple[str, str]:
    """Return the laid-out page and what the browser complained about."""
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--enable-logging=stderr", "--v=0", f"--user-data-dir={profile}", f"--window-size={width},2000",
            "--virtual-time-budget=5000", "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr


def measured(page: str) -> dict[str, object]:
    found = re.search(r'data-measured="([^"]*)"', page)
    assert found is not None
    values: dict[str, object] = json.loads(unescape(found[1]))
    return values


def complaints(log: str) -> list[str]:
    return [line for line in log.splitlines() if ":CONSOLE" in line or "Uncaught" in line]


@pytest.mark.parametrize("width", [800, 1280])
def test_nothing_overflows_and_nothing_is_complained_about(
    chromium: str, report: Path, tmp_path: Path, width: int
) -> None:
    page = tmp_path / "page.html"
    page.write_text(report.read_text().replace("</body>", f"{_MEASURE}</body>"))
    dom, log = visit(chromium, page, tmp_path / "profile", width)
    assert measured(dom) == {"wide": False, "out": [], "spilled": [], "svgs": 0}
    assert complaints(log) == []


def test_what_overflows_or_fails_is_noticed(chromium: str, report: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    planted = '<p id="planted" style="white-space: nowrap">' + "wide " * 500 + "</p><script>undefined_name()</script>"
    page.write_text(report.read_text().replace("<h1>", f"{planted}<h1>").replace("</body>", f"{_MEASURE}</body>"))
    dom, log = visit(chromium, page, tmp_path / "profile", 800)
    assert measured(dom)["spilled"]
    assert complaints(log)
