"""The picture of the house, read from the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "hecon"
ROOMS = ["inputs", "model", "calibration", "evaluation", "report", "cli"]
MODULES = sorted(PACKAGE.rglob("*.py"))
ANYBODYS = ["cea", "checks", "evsi", "frontier", "plane", "regression", "voi", "psa", "decision"]
"""Modules of evaluation that serve any model's costs and effects."""
HEAVY = ["matplotlib", "numba", "numpy", "pandas", "pydantic", "scipy", "xarray"]


def _name(path):
    """Dotted name of a module's file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _ours(path, source=None):
    """Modules of hecon that a file imports, wherever in it and for whatever reason."""
    package = _name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found = set()
    for node in ast.walk(ast.parse(source if source is not None else path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            up = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "hecon"}


def _room(name):
    """Room a dotted name lies in; None for the package's own door."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else None


def test_the_imports_of_a_file_are_all_found():
    source = (
        "import hecon.cli, numpy\n"
        "from hecon import report\n"
        "from ..inputs import errors\n"
        "from .kernel import walk\n"
        "def late():\n    from hecon.evaluation.cea import ceac\n"
    )
    assert _ours(PACKAGE / "model" / "runs.py", source) == {
        "hecon.cli",
        "hecon.report",
        "hecon.inputs.errors",
        "hecon.model.kernel.walk",
        "hecon.evaluation.cea.ceac",
    }


def test_every_module_stands_in_a_room():
    doors = {"hecon", "hecon.__main__"}
    assert {_name(path) for path in MODULES if _room(_name(path)) is None} <= doors


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_run_only_downwards(path):
    room = _room(_name(path))
    if room is None:  # hecon and python -m hecon open the door to every room
        return
    allowed = ROOMS[: ROOMS.index(room) + 1]
    above = {name for name in _ours(path) if _room(name) not in {*allowed, None}}
    assert not above, f"{_name(path)} reaches up to {sorted(above)}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "evaluation").rglob("*.py")), ids=_name)
def test_evaluation_needs_nothing_of_calibration(path):
    assert not {name for name in _ours(path) if _room(name) == "calibration"}


@pytest.mark.parametrize("module", ANYBODYS)
def test_decision_analysis_knows_no_model(module):
    allowed = ("hecon.inputs.errors", "hecon.model.runs", *(f"hecon.evaluation.{name}" for name in ANYBODYS))
    names = _ours(PACKAGE / "evaluation" / f"{module}.py")
    assert not {name for name in names if not name.startswith(allowed)}


def test_kernel_imports_none_of_ours():
    assert not _ours(PACKAGE / "model" / "kernel.py")


def test_compiled_functions_stand_in_the_kernel_alone():
    # numba's cache returns stale code when a function called from another file changes.
    users = {
        _name(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "numba")
        or (isinstance(node, ast.Import) and any(a.name == "numba" for a in node.names))
    }
    assert users <= {"hecon.model.kernel"}


@pytest.mark.parametrize("use", ["", "--version", "--help", "run --help", "sensitivity sobol --help"])
def test_what_computes_nothing_is_light(use):
    """Importing the package, and asking the command what it can do, load nothing that takes time to load."""
    ask = f"from hecon.cli import main; main({use.split()!r}, standalone_mode=False)" if use else ""
    report = f"import sys, hecon\n{ask}\nprint(*[m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert result.stderr.split() == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_public_names_say_what_they_are(path):
    tree = ast.parse(path.read_text("utf-8"))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    tops = [node for node in tree.body if isinstance(node, definitions)]
    methods = [
        node
        for top in tops
        if isinstance(top, ast.ClassDef) and not top.name.startswith("_")
        for node in top.body
        if isinstance(node, definitions)
    ]
    silent = [node.name for node in [*tops, *methods] if not node.name.startswith("_") and not ast.get_docstring(node)]
    assert ast.get_docstring(tree), f"{_name(path)} has no docstring"
    assert not silent, f"{_name(path)}: no docstring on {', '.join(silent)}"
