"""Empty the outputs of the notebooks, so that the repository holds what people wrote and nothing that a run made.

`--check` changes nothing and fails where a notebook holds outputs.
"""

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"


def stripped(text: str) -> str:
    """Return the text of a notebook without outputs, execution counts and the interpreter it last ran on."""
    notebook = json.loads(text)
    notebook["metadata"].pop("language_info", None)
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Return 0 when every notebook under `folder` is, or was made, free of outputs."""
    full = [
        path for path in sorted(folder.rglob("*.ipynb")) if stripped(path.read_text("utf-8")) != path.read_text("utf-8")
    ]
    for path in full:
        if "--check" in arguments:
            print(f"{path.relative_to(folder.parent)}: holds outputs; `make format` empties them")
        else:
            path.write_text(stripped(path.read_text("utf-8")), "utf-8")
    return 1 if full and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
