"""Replay planted bugs, one by one, against the tests: every one must make them fail.

    python tests/bugs/replay.py [NAME ...]

Each bug in bugs.toml is a small replacement in one file. The repository is copied, the bug planted in the copy, and the
fast tests run there until the first failure. Exit code 1 if a bug survives, 2 if one no longer fits the code.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT = 600
"""Seconds after which a bug that hangs counts as noticed."""
LONG = ("test_forward_recursion.py", "test_published_models.py", "test_reference_walk.py")
UNHELPFUL = ("bugs", "test_planted_bugs.py")
"""Of the tests: they notice any change of the text."""
COPIED = (
    "hecon",
    "parameters",
    "tests",
    "analyses",
    "benchmarks",
    "docs",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "CITATION.cff",
    "LICENSE",
    "Makefile",
)


def read_bugs() -> list[dict[str, str]]:
    """Return the bugs: name, file, was, becomes, why."""
    return tomllib.loads((Path(__file__).parent / "bugs.toml").read_text(encoding="utf-8"))["bug"]


def planted(bug: dict[str, str], root: Path) -> str:
    """Return the file's text with the bug in it.

    Raises
    ------
    ValueError
        If what the bug replaces does not stand in the file exactly once.
    """
    text = (root / bug["file"]).read_text(encoding="utf-8")
    count = text.count(bug["was"])
    if count != 1:
        raise ValueError(f"{bug['name']}: {bug['file']} has what it replaces {count} times: rewrite the bug")
    return text.replace(bug["was"], bug["becomes"])


def is_caught(bug: dict[str, str]) -> tuple[bool, str]:
    """Plant a bug in a copy, run the tests there, and tell whether they fail and with what."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                # Compiled kernels come along: the planted file alone is newer than what was compiled of it.
                shutil.copytree(source, copy / name)
            elif source.exists():
                shutil.copy(source, copy / name)
        (copy / bug["file"]).write_text(planted(bug, ROOT), encoding="utf-8")
        room = Path("tests") / Path(bug["file"]).parts[1]
        others = sorted(
            path
            for path in (ROOT / "tests").iterdir()
            if path.name.startswith("test_") or (path.is_dir() and path.name[0] not in "._")
        )
        tests = [
            *_quick_first(copy / room, copy),
            *(path.relative_to(ROOT) for path in others if path.name not in {room.name, *UNHELPFUL}),
        ]
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-m", "not slow", "--no-header"]
        command += ["-p", "no:cacheprovider", *(str(path) for path in tests if (copy / path).exists())]
        environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command,
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return done.returncode in {1, 2} and bool(failed), failed[0][:110] if failed else done.stdout.strip()[-110:]


def _quick_first(room: Path, root: Path) -> list[Path]:
    """Return the tests of the room that the bug is in, those that take long last."""
    files = sorted(room.glob("test_*.py"), key=lambda file: (file.name in LONG, file.name))
    return [file.relative_to(root) for file in files]


def verdict(bug: dict[str, str]) -> tuple[bool, str]:
    """Replay one bug: whether it is caught, and what to print of it."""
    start = time.monotonic()
    try:
        caught, how = is_caught(bug)
    except subprocess.TimeoutExpired:
        caught, how = True, "the tests hang"
    return caught, f"{'caught' if caught else 'SURVIVED':8} {time.monotonic() - start:4.0f} s  {bug['name']}: {how}"


def main() -> int:
    """Replay the bugs that are named, or all, as many at a time as there are processors."""
    wanted = set(sys.argv[1:])
    bugs = [bug for bug in read_bugs() if not wanted or bug["name"] in wanted]
    try:
        for bug in bugs:
            planted(bug, ROOT)
    except ValueError as error:
        print(error)
        return 2
    survivors = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (bug, (caught, line)) in enumerate(zip(bugs, pool.map(verdict, bugs), strict=True), start=1):
            print(f"{number:3}/{len(bugs)} {line}", flush=True)
            if not caught:
                survivors.append(bug["name"])
    print(f"{len(bugs) - len(survivors)} of {len(bugs)} planted bugs caught")
    if survivors:
        print(f"survived: {', '.join(survivors)}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
