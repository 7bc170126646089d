"""What the shape of the code promises: direction of imports, fences around libraries, and what is never used.

Each rule is a function from source text to the list of what breaks it, and each is also shown a text that breaks it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Lowest first. A part may import its own layer and those below.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors"}),
    frozenset({"units", "rng", "arrays", "elementary", "measures", "outlined"}),
    frozenset({"spec"}),
    frozenset({"behaviour", "population", "journey", "queueing"}),
    frozenset({"interventions"}),
    frozenset({"checks"}),
    frozenset({"engine"}),
    frozenset({"results"}),
    frozenset({"metrics"}),
    frozenset({"forecast"}),
    frozenset({"study"}),
    frozenset({"report"}),
    frozenset({"cli", "api", "dashboard", "__init__", "__main__"}),
)

# Who may import which library.
FENCES: Mapping[str, frozenset[str]] = {
    "hydra": frozenset({"cli"}),
    "mesa": frozenset({"engine"}),
    "statsmodels": frozenset({"forecast", "metrics", "study"}),
    "matplotlib": frozenset({"report"}),
}

# Loading a pickle runs whatever it says; evaluating text does too.
UNSAFE_MODULES = frozenset({"pickle", "cloudpickle", "dill", "shelve", "marshal"})
UNSAFE_CALLS = frozenset({"eval", "exec", "read_pickle", "to_pickle", "unpickle", "__import__"})

# Written in halves, so that this file passes its own rule.
FORBIDDEN_WORDS = re.compile(
    "|".join(
        (
            r"(?<![\w.~$}/])/(?:work|root|home/\w+)" + r"/",
            r"pypi\.(?:org|" + "python)",
            "python" + r"hosted\.org",
            "registry" + r"\.npmjs",
            "--(?:extra-)?index" + "-url[ =]",
        )
    )
)

Rule = Callable[[str], list[str]]


def part_of(module: str) -> str:
    """Part of the package that a dotted module belongs to; the parts of the command line count as one."""
    names = module.split(".")
    part = names[1] if len(names) > 1 else "__init__"
    return "cli" if part.startswith("cli") else part


def module_name(path: Path) -> str:
    names = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def imported(source: str, *, running: bool = False) -> Iterator[str]:
    """Dotted names that a text imports, wherever in it; `from a import b` gives `a.b`.

    `running` leaves out what only a type checker follows.
    """
    tree = ast.parse(source)
    skipped = {
        inner
        for node in ast.walk(tree)
        if running and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward_imports(module: str, source: str) -> list[str]:
    rank = {part: layer for layer, parts in enumerate(LAYERS) for part in parts}
    own = rank[part_of(module)]
    targets = [name for name in imported(source) if name.split(".")[0] == "cxsim" and name != "cxsim.__version__"]
    # What is no part is a name of the package's front, which stands above all.
    return [f"{module} imports {name}" for name in targets if rank.get(part_of(name), len(LAYERS) - 1) > own]


def fenced_imports(module: str, source: str) -> list[str]:
    return [
        f"{module} imports {name}"
        for name in imported(source)
        if part_of(module) not in FENCES.get(name.split(".")[0], frozenset({part_of(module)}))
    ]


def broad_excepts(source: str) -> list[str]:
    def names(node: ast.expr | None) -> list[str]:
        if isinstance(node, ast.Tuple):
            return [name for element in node.elts for name in names(element)]
        return ["everything" if node is None else ast.unparse(node)]

    return [
        f"line {node.lineno}: except {name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ExceptHandler)
        for name in names(node.type)
        if name in {"everything", "Exception", "BaseException"}
    ]


def unsafe_uses(source: str) -> list[str]:
    found = [f"imports {name}" for name in imported(source) if name.split(".")[0] in UNSAFE_MODULES]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            if name in UNSAFE_CALLS:
                found.append(f"line {node.lineno}: calls {name}")
            if any(keyword.arg == "allow_pickle" for keyword in node.keywords):
                found.append(f"line {node.lineno}: allow_pickle")
    return found


def raises_without_match(source: str) -> list[str]:
    """Expected errors whose text nobody reads; a planted mistake fails its own check, which has no text to read."""
    return [
        f"line {node.lineno}: pytest.raises without match="
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"pytest.raises", "raises"}
        and [ast.unparse(argument) for argument in node.args[:1]] != ["AssertionError"]
        and not any(keyword.arg in {"match", "check"} for keyword in node.keywords)
    ]


def forbidden_words(text: str) -> list[str]:
    return [f"{found.group()!r}" for found in FORBIDDEN_WORDS.finditer(text)]


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def committed_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    for name in filter(None, listed):
        try:
            yield name, (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def breaches(rule: Rule, paths: list[Path]) -> list[str]:
    return [f"{path.relative_to(ROOT)} {found}" for path in paths for found in rule(path.read_text("utf-8"))]


def import_graph(files: Mapping[str, str]) -> dict[str, set[str]]:
    """Which module of the package imports which when it runs, given the text of each."""
    graph: dict[str, set[str]] = {module: set() for module in files}
    for module, source in files.items():
        for name in imported(source, running=True):
            target = name if name in files else name.rpartition(".")[0]
            if target in files and target not in {module, "cxsim"}:
                graph[module].add(target)
    return graph


def cycle(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def package_files() -> dict[str, str]:
    return {module_name(path): path.read_text("utf-8") for path in sources("cxsim")}


def test_every_part_has_a_layer() -> None:
    known = {part for parts in LAYERS for part in parts}
    assert {part_of(module) for module in package_files()} <= known, "give the new part its place in LAYERS"


def test_imports_go_downwards() -> None:
    assert [found for module, text in package_files().items() for found in upward_imports(module, text)] == []


def test_libraries_stay_behind_their_fences() -> None:
    assert [found for module, text in package_files().items() for found in fenced_imports(module, text)] == []


def test_no_import_cycle() -> None:
    assert cycle(import_graph(package_files())) == []


def test_no_broad_except() -> None:
    assert breaches(broad_excepts, [*sources("cxsim", "tests", "tools", "benchmarks"), ROOT / "bootstrap.py"]) == []


def test_no_pickle_and_no_evaluated_text() -> None:
    assert breaches(unsafe_uses, sources("cxsim")) == []


def test_every_expected_error_is_read() -> None:
    assert breaches(raises_without_match, sources("tests")) == []


def test_no_word_of_one_machine() -> None:
    assert [f"{name}: {found}" for name, text in committed_texts() for found in forbidden_words(text)] == []


def test_importing_cxsim_is_cheap() -> None:
    program = "import sys, cxsim; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    listed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"hydra", "matplotlib", "mesa", "numba", "pandas", "pyarrow", "scipy", "statsmodels"}
    assert heavy & set(listed.stdout.split()) == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cxsim.spec.load", "from cxsim.engine import run"),
        ("cxsim.behaviour.trust", "def f():\n    import cxsim.interventions.kinds"),
        ("cxsim.study.compare", "from cxsim import report"),
        ("cxsim.errors", "from cxsim.rng import draw"),
        ("cxsim.study.compare", "import cxsim"),
        ("cxsim.study.compare", "from cxsim import load"),
    ],
)
def test_an_upward_import_is_found(module: str, source: str) -> None:
    assert len(upward_imports(module, source)) == 1


def test_a_sideways_or_downward_import_is_not_a_breach() -> None:
    source = "from cxsim import __version__\nfrom cxsim.engine.phases import x\nimport cxsim.rng"
    assert upward_imports("cxsim.engine.run", source) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cxsim.engine.run", "import hydra"),
        ("cxsim.study.compare", "from mesa.agentset import AbstractAgentSet"),
        ("cxsim.engine.model", "import statsmodels.api as sm"),
        ("cxsim.study.plot", "def f():\n    from matplotlib.figure import Figure"),
    ],
)
def test_an_import_through_a_fence_is_found(module: str, source: str) -> None:
    assert len(fenced_imports(module, source)) == 1


def test_an_import_behind_its_fence_is_not_a_breach() -> None:
    assert fenced_imports("cxsim.cli_sweep", "import hydra") == []
    assert fenced_imports("cxsim.engine.model", "import mesa") == []


def test_a_cycle_is_found() -> None:
    files = {
        "cxsim.a": "from cxsim.b import x",
        "cxsim.b": "def f():\n    import cxsim.c.d",
        "cxsim.c.d": "from cxsim import a",
    }
    assert set(cycle(import_graph(files))) == {"cxsim.a", "cxsim.b", "cxsim.c.d"}


def test_an_import_for_types_alone_makes_no_cycle() -> None:
    files = {
        "cxsim.a": "from cxsim.b import x",
        "cxsim.b": "if TYPE_CHECKING:\n    from cxsim.a import y",
    }
    assert cycle(import_graph(files)) == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (broad_excepts, "try:\n    f()\nexcept:\n    pass"),
        (broad_excepts, "try:\n    f()\nexcept (OSError, Exception) as error:\n    raise"),
        (unsafe_uses, "import pickle"),
        (unsafe_uses, "from cloudpickle import loads"),
        (unsafe_uses, "eval(text)"),
        (unsafe_uses, "table.eval('a + b')"),
        (unsafe_uses, "np.load(path, allow_pickle=True)"),
        (unsafe_uses, "pd.read_pickle(path)"),
        (raises_without_match, "with pytest.raises(ValueError):\n    f()"),
        (forbidden_words, "open('/" + "work/main/x')"),
        (forbidden_words, "cd /" + "home/someone/x"),
        (forbidden_words, "https://" + "pypi" + ".org/simple"),
    ],
)
def test_a_planted_breach_is_found(rule: Rule, source: str) -> None:
    assert len(rule(source)) == 1


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (broad_excepts, "try:\n    f()\nexcept (OSError, ValueError):\n    pass"),
        (unsafe_uses, "re.compile('a')\nevaluate(x)"),
        (raises_without_match, "with pytest.raises(ValueError, match='a'):\n    f()"),
        (raises_without_match, "with pytest.raises(AssertionError):\n    f()"),
        (forbidden_words, "src/work/x and $HOME/root/ and ../shared/data"),
    ],
)
def test_what_is_allowed_is_not_found(rule: Rule, source: str) -> None:
    assert rule(source) == []
