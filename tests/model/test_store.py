"""Runs that stream into a file: whole or absent, the same bytes however they came to be, memory that does not grow."""

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hecon
from hecon.inputs.errors import InputError
from hecon.model import grid
from hecon.model.checkpoint import keeping
from hecon.model.simulation import simulate

PROJECT = Path(__file__).parents[2]
SIZE = {"people": 50, "weeks": 60, "seed": 3}
TWO = ("usual_case_management", "coordinated_program")


@pytest.fixture
def ran(monkeypatch):
    """How many blocks of three draws at most, and of twenty people, were computed in this process."""
    monkeypatch.setattr(grid, "DRAWS_PER_BLOCK", 3)
    counted = []
    real = grid.simulate_block

    def block(inputs, setup):
        counted.append((inputs.draw.tolist(), setup.first))
        return real(inputs, setup)

    monkeypatch.setattr(grid, "simulate_block", block)
    return counted


@pytest.fixture
def parameters():
    return hecon.read_parameters()


def run(inputs, path=None, **options):
    return simulate(inputs, TWO, **{**SIZE, **options}, store=path)


def stop_after(monkeypatch, blocks, error=KeyboardInterrupt):
    """Let a run end at its next block but so many."""
    real, done = grid.simulate_block, []

    def block(inputs, setup):
        if len(done) == blocks:
            raise error
        done.append(inputs)
        return real(inputs, setup)

    monkeypatch.setattr(grid, "simulate_block", block)


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize("by", [(), ("sex", "start"), "person"])
@pytest.mark.parametrize("money", [True, False])
def test_a_stored_run_is_the_run_itself(parameters, tmp_path, by, money):
    inputs = parameters.sample(7, 1)
    with run(inputs, tmp_path / "run.nc", by=by, money=money, threads=2) as stored:
        xr.testing.assert_identical(stored.load(), run(inputs, by=by, money=money))
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]


@pytest.mark.usefixtures("ran")
def test_a_stored_run_is_opened_lazily(parameters, tmp_path):
    with run(parameters.sample(7, 1), tmp_path / "run.nc") as stored:
        assert not stored["money"].variable._in_memory
        assert stored["money"].encoding["chunksizes"][0] == 3


def test_a_run_that_was_interrupted_goes_on_and_ends_with_the_same_bytes(parameters, tmp_path, ran, monkeypatch):
    inputs = parameters.sample(10, 1)
    run(inputs, tmp_path / "whole.nc", threads=1).close()
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            run(inputs, tmp_path / "run.nc", threads=1)
    assert not (tmp_path / "run.nc").exists()
    del ran[:]
    run(inputs, tmp_path / "run.nc", threads=2).close()
    assert len(ran) == 2  # of four
    assert (tmp_path / "run.nc").read_bytes() == (tmp_path / "whole.nc").read_bytes()
    del ran[:]
    run(inputs, tmp_path / "run.nc").close()
    assert ran == []


@pytest.mark.parametrize(
    "what", ["seed", "people", "weeks", "strategies", "points", "parameters", "by", "code", "blocks"]
)
def test_what_is_kept_of_one_run_is_never_taken_up_by_another(parameters, tmp_path, ran, monkeypatch, what):
    inputs, options, strategies = parameters.sample(4, 1), dict(SIZE), TWO
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(KeyboardInterrupt):
            run(inputs, tmp_path / "run.nc", threads=1)
    del ran[:]
    if what in options:
        options[what] += 1
    elif what == "strategies":
        strategies = TWO[::-1]
    elif what == "points":
        inputs = parameters.sample(4, 2)
    elif what == "parameters":
        inputs = parameters.overlay({"top_up_share": 0.1}).sample(4, 1)
    elif what == "by":
        options["by"] = "sex"
    elif what == "blocks":
        monkeypatch.setattr(grid, "DRAWS_PER_BLOCK", 2)
    else:
        monkeypatch.setattr("hecon.model.identity.code_digest", lambda _rooms: "other")
    with simulate(inputs, strategies, **options, store=tmp_path / "run.nc", threads=1) as other:
        assert len(ran) == 2
        xr.testing.assert_identical(other.load(), simulate(inputs, strategies, **options))


@pytest.mark.usefixtures("ran")
def test_a_file_that_holds_something_else_is_refused_and_left_as_it_is(parameters, tmp_path):
    path = tmp_path / "run.nc"
    run(parameters.sample(4, 1), path).close()
    kept = path.read_bytes()
    with pytest.raises(InputError, match="holds another run"):
        run(parameters.sample(4, 2), path)
    assert path.read_bytes() == kept
    path.write_text("notes", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as NetCDF"):
        run(parameters.sample(4, 1), path)
    assert path.read_text("utf-8") == "notes"


def test_a_cohort_is_part_of_what_a_run_is(parameters, tmp_path, ran):
    people = pd.DataFrame(
        {"age": [30.0, 50.0], "sex": ["man", "woman"], "start": "full_sick_leave", "weeks_sick_listed": 4, "wage": 5e5}
    )
    people.to_csv(tmp_path / "people.csv", index=False)
    cohort = hecon.read_cohort(tmp_path / "people.csv")
    run(parameters.base_case(), tmp_path / "run.nc", cohort=cohort).close()
    del ran[:]
    run(parameters.base_case(), tmp_path / "run.nc", cohort=cohort).close()
    assert ran == []
    with pytest.raises(InputError, match="another run"):
        run(parameters.base_case(), tmp_path / "run.nc", cohort=cohort.assign(age=[30.0, 51.0]))


def test_half_a_block_is_never_taken_up(parameters, tmp_path, ran, monkeypatch):
    inputs = parameters.sample(7, 1)
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            run(inputs, tmp_path / "run.nc", threads=1)
    first, second = sorted(tmp_path.rglob("*.npy"))
    first.write_bytes(first.read_bytes()[:-8])
    second.write_bytes(b"")
    del ran[:]
    with run(inputs, tmp_path / "run.nc", threads=1) as stored:
        assert len(ran) == 3
        xr.testing.assert_identical(stored.load(), run(inputs))


def test_an_error_in_a_block_reaches_the_caller_and_what_was_finished_is_kept(parameters, tmp_path, ran, monkeypatch):
    with monkeypatch.context() as patch:
        stop_after(patch, 1, InputError("no such right"))
        with pytest.raises(InputError, match=r"^no such right$"):
            run(parameters.sample(7, 1), tmp_path / "run.nc", threads=1)
    assert len(ran) == 1
    assert len(list(tmp_path.rglob("*.npy"))) == 1


def test_sums_over_more_people_than_a_block_has_are_added_in_order(parameters, tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "PERSONS_PER_BLOCK", 20)
    inputs = parameters.sample(3, 1)
    by_hand = sum(
        simulate(inputs, TWO, **SIZE, by="person")["outcome"].isel(subgroup=slice(first, first + 20)).sum("subgroup")
        for first in (0, 20, 40)
    )
    one = run(inputs, threads=1)
    np.testing.assert_allclose(one["outcome"].isel(subgroup=0), by_hand, rtol=1e-12)
    monkeypatch.setattr(grid, "DRAWS_PER_BLOCK", 1)
    with run(inputs, tmp_path / "run.nc", threads=2) as stored:
        xr.testing.assert_identical(stored.load(), one)
    assert one["people"].to_numpy().tolist() == [[50.0]] * 3


def peak(call):
    """Give the most memory a call takes of numpy's and Python's, in bytes."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_draws(parameters, tmp_path, monkeypatch):
    """Of a run by person, of which all draws would take many times what may be held."""
    monkeypatch.setattr(grid, "BYTES_PER_BLOCK", 2**17)
    few, many = parameters.sample(40, 1), parameters.sample(400, 1)

    def stored(inputs):
        run(inputs, tmp_path / f"{len(inputs)}.nc", by="person", money=False, weeks=1, threads=2).close()

    for inputs in (few, many):  # what they are drawn to is kept with the inputs
        stored(inputs)
    grown = peak(lambda: stored(many)) - peak(lambda: stored(few))
    whole = 400 * 50 * len(TWO) * 23 * 8
    assert whole > 40 * 2**17
    assert grown < 8 * 2**17


def test_every_large_run_keeps_its_blocks_until_the_end(parameters, tmp_path, ran, monkeypatch):
    monkeypatch.setattr("hecon.model.simulation.PERSON_WEEKS_PER_BLOCK", 10_000)
    inputs, small = parameters.sample(7, 1), parameters.base_case()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt), keeping(tmp_path / "blocks"):  # noqa: PT012
        run(small, threads=1)
        stop_after(patch, 2)
        run(inputs, threads=1)
    assert len(list((tmp_path / "blocks").rglob("*.npy"))) == 2
    del ran[:]
    with keeping(tmp_path / "blocks"):
        again = run(inputs, threads=1)
        assert len(ran) == 1
        assert len(list((tmp_path / "blocks").rglob("*.npy"))) == 3
    assert list(tmp_path.iterdir()) == []
    xr.testing.assert_identical(again, run(inputs))


LONG = """
import sys
import hecon
from hecon.model import grid

grid.DRAWS_PER_BLOCK = 3
inputs = hecon.read_parameters().sample(300, 1)
hecon.simulate(inputs, {two!r}, people=50, weeks=60, seed=3, threads=int(sys.argv[2]), store=sys.argv[1])
"""


@pytest.mark.slow
def test_a_coordinator_that_is_killed_is_resumed_with_the_same_bytes(parameters, tmp_path, ran):
    path = tmp_path / "run.nc"
    script = tmp_path / "long.py"
    script.write_text(LONG.format(two=TWO), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen([sys.executable, script, path, "2"], env=environment)
    with process:
        while len(list(tmp_path.rglob("draws-*.npy"))) < 4 and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not path.exists()
    kept = {each.name: each.stat().st_mtime_ns for each in tmp_path.rglob("draws-*.npy")}
    assert 4 <= len(kept) < 100
    inputs = parameters.sample(300, 1)
    run(inputs, path, threads=1).close()
    assert len(ran) == 100 - len(kept)
    run(inputs, tmp_path / "whole.nc", threads=2).close()
    assert path.read_bytes() == (tmp_path / "whole.nc").read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["long.py", "run.nc", "whole.nc"]


@pytest.mark.slow
def test_processes_write_the_same_file_as_threads(parameters, tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "WORTH_SENDING", 0)
    monkeypatch.setattr(grid, "DRAWS_PER_BLOCK", 3)
    inputs = parameters.sample(10, 1)
    run(inputs, tmp_path / "threads.nc").close()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool, hecon.workers(pool):
        run(inputs, tmp_path / "processes.nc").close()
    assert (tmp_path / "threads.nc").read_bytes() == (tmp_path / "processes.nc").read_bytes()
