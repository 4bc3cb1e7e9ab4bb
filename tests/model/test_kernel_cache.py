"""Machine code kept on disk: never stale, and never needed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hecon.model import kernel

ASKED = "import kernel; print(kernel.uniforms(1, 2, 2, 2).tolist(), kernel._fill_uniforms.stats.cache_hits.total())"
EDITS = {
    "an inlined function": ("np.uint64(24)) + 0.5) * 2.0**-40", "np.uint64(24)) + 0.7) * 2.0**-40"),
    "a function inlined twice": ("word ^ (word >> np.uint64(27))", "word ^ (word >> np.uint64(26))"),
    "a compiled function": (
        "high_uniform(luck(key, LUCK_PERSON, column))",
        "high_uniform(luck(key, LUCK_DEATH, column))",
    ),
    "a constant": ("VISITS = 4096", "VISITS = 4099"),
}


@pytest.fixture
def place(tmp_path):
    """Copy the kernel to where it can be edited, and give its file."""
    return Path(shutil.copy(kernel.__file__, tmp_path / "kernel.py"))


def begin(place, **environment):
    """Begin a fresh process that draws luck with the kernel of a place."""
    return subprocess.Popen(
        [sys.executable, "-c", ASKED],
        cwd=place.parent,
        env={**os.environ, "XDG_CACHE_HOME": str(place.parent / "home"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process):
    """Give the luck that a process drew, and whether it read the machine code from disk."""
    out, err = process.communicate()
    assert not process.returncode, err
    assert not err
    drawn, hits = out.rsplit(" ", 1)
    return drawn, bool(int(hits))


def here():
    """Give the luck that the kernel draws here."""
    return str(kernel.uniforms(1, 2, 2, 2).tolist())


def edit(place, was, becomes):
    """Edit the kernel once."""
    source = Path(kernel.__file__).read_text("utf-8")
    assert source.count(was) == 1
    place.write_text(source.replace(was, becomes), encoding="utf-8")


def test_machine_code_on_disk_is_used_until_the_file_changes(place):
    assert told(begin(place)) == (here(), False)
    assert told(begin(place)) == (here(), True)
    edit(place, *EDITS["an inlined function"])
    drawn, read = told(begin(place))
    assert drawn != here()
    assert not read


@pytest.mark.slow
def test_no_edit_is_answered_by_old_machine_code(place):
    """Each edit leaves the size of the file as it was."""
    seen = {told(begin(place))[0]}
    for number, name in enumerate(EDITS, 2):
        edit(place, *EDITS[name])
        (fresh, read), again = told(begin(place)), told(begin(place))
        seen.add(fresh)
        assert len(seen) == number, f"an edit of {name} changed nothing"
        assert not read
        assert again == (fresh, True)


@pytest.mark.slow
def test_two_processes_may_compile_at_the_same_time(place):
    both = [begin(place), begin(place)]
    assert [told(process)[0] for process in both] == [here()] * 2
    assert told(begin(place)) == (here(), True)


@pytest.mark.slow
def test_machine_code_goes_to_the_users_cache_where_the_package_cannot_be_written(place):
    (place.parent / "__pycache__").write_text("in the way")  # permissions would not stop a superuser
    assert [told(begin(place)) for _ in range(2)] == [(here(), False), (here(), True)]
    assert list((place.parent / "home").rglob("*.nbc"))


@pytest.mark.slow
def test_the_kernel_runs_where_no_folder_can_be_written(place):
    for name in ("__pycache__", "home"):
        (place.parent / name).write_text("in the way")
    assert [told(begin(place)) for _ in range(2)] == [(here(), False)] * 2
