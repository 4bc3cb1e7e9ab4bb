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
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT = 900
"""Seconds after which a bug that hangs counts as noticed."""
UNHELPFUL = ("bugs", "test_planted_bugs.py")
"""Of the tests: they notice any change of the text."""
COPIED = ("hecon", "parameters", "tests", "analyses", "pyproject.toml", "README.md", "Makefile")


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
        tests = [room, *(path.relative_to(ROOT) for path in others if path.name not in {room.name, *UNHELPFUL})]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-n",
            "2",
            "-m",
            "not slow",
            "--no-header",
            "-p",
            "no:cacheprovider",
        ]
        environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [*command, *(str(path) for path in tests if (copy / path).exists())],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        # Under xdist, stopping at the first failure is an interruption: 2, not 1.
        return done.returncode in {1, 2} and bool(failed), failed[0][:110] if failed else done.stdout.strip()[-110:]


def main() -> int:
    """Replay the bugs that are named, or all."""
    wanted = set(sys.argv[1:])
    bugs = [bug for bug in read_bugs() if not wanted or bug["name"] in wanted]
    survivors = []
    for number, bug in enumerate(bugs, start=1):
        start = time.monotonic()
        try:
            caught, how = is_caught(bug)
        except ValueError as error:
            print(error)
            return 2
        except subprocess.TimeoutExpired:
            caught, how = True, "the tests hang"
        verdict = "caught" if caught else "SURVIVED"
        seconds = time.monotonic() - start
        print(f"{number:3}/{len(bugs)} {verdict:8} {seconds:4.0f} s  {bug['name']}: {how}", flush=True)
        if not caught:
            survivors.append(bug["name"])
    print(f"{len(bugs) - len(survivors)} of {len(bugs)} planted bugs caught")
    if survivors:
        print(f"survived: {', '.join(survivors)}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
