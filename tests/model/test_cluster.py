"""Workers of all kinds: the same bytes, also where one of them is lost, and one line where all of them are."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

import hecon
from hecon.calibration.figures import DATE, figures, fitted_targets
from hecon.calibration.priors import PRIORS
from hecon.cli import main
from hecon.evaluation.plans import run_plan, varied
from hecon.evaluation.what_if import Size
from hecon.inputs.errors import InputError
from hecon.model import grid, workers
from hecon.model.runs import at_work, run_blocks
from hecon.model.simulation import simulate

TWO = ("usual_case_management", "coordinated_program")
SIZE = {"people": 50, "weeks": 60, "seed": 3}


class Counting(ThreadPoolExecutor):
    """Threads that everything is pickled for, as for another machine."""

    sent = 0

    def submit(self, fn, /, *args, **kwargs):
        self.sent += 1
        return super().submit(fn, *args, **kwargs)


class Lost(Executor):
    """One worker, which ends at its third task."""

    def __init__(self, error):
        self.error = error
        self.left = 2

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        self.left -= 1
        if self.left < 0:
            future.set_exception(self.error)
        else:
            future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture
def parameters():
    return hecon.read_parameters()


@pytest.fixture
def cut(monkeypatch):
    """Small runs in several blocks that are worth sending."""
    monkeypatch.setattr(grid, "WORTH_SENDING", 0)
    monkeypatch.setattr(grid, "DRAWS_PER_BLOCK", 3)


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("by", [(), ("sex", "start"), "person"])
def test_an_executor_gives_the_same_bytes_as_threads(parameters, by):
    inputs = parameters.sample(10, 1)
    here = simulate(inputs, TWO, **SIZE, by=by)
    with Counting(2) as pool, hecon.workers(pool):
        assert at_work() == 2
        xr.testing.assert_identical(simulate(inputs, TWO, **SIZE, by=by), here)
        assert pool.sent == 4
    simulate(inputs, TWO, **SIZE)
    assert pool.sent == 4  # out of force again


def test_a_run_of_less_than_a_block_stays_here(parameters):
    with Counting(2) as pool, hecon.workers(pool):
        simulate(parameters.sample(10, 1), TWO, **SIZE)
    assert pool.sent == 0


@pytest.mark.usefixtures("cut")
def test_runs_within_work_on_threads_go_to_the_workers_in_force(parameters):
    inputs = parameters.sample(6, 1)
    with Counting(2) as pool, hecon.workers(pool):
        run_blocks(
            lambda seed: simulate(inputs, TWO, people=20, weeks=5, seed=seed), range(3), threads=3, progress=None
        )
    assert pool.sent == 6


@pytest.mark.usefixtures("cut")
def test_plans_and_the_calibration_s_figures_go_there_too(parameters, tmp_path):
    inputs = varied(parameters, [{"coordinated_hazard_ratio": u} for u in np.linspace(0.1, 0.9, 7)])
    size = Size(people=30, weeks=60, seed=5)
    here = run_plan(parameters, inputs, TWO, size)
    bare = hecon.read_parameters(DATE)
    rows = np.tile([prior.mean for prior in PRIORS], (7, 1)) * np.linspace(0.9, 1.1, 7)[:, None]
    asked = {"people": 30, "seed": 2, "threads": None}
    direct = figures(bare.base_case(), rows, fitted_targets(bare.folder), **asked)
    with Counting(2) as pool, hecon.workers(pool):
        xr.testing.assert_identical(run_plan(parameters, inputs, TWO, size, tmp_path), here)
        assert pool.sent == 3
        xr.testing.assert_identical(run_plan(parameters, inputs, TWO, size, tmp_path), here)
        assert pool.sent == 3  # taken up
        np.testing.assert_array_equal(figures(bare.base_case(), rows, fitted_targets(bare.folder), **asked), direct)
        assert pool.sent == 6


@pytest.mark.usefixtures("cut")
def test_what_tasks_have_in_common_is_sent_once_in_a_task_s_shadow(parameters):
    inputs = parameters.sample(200, 1)
    shared = (inputs.entries, inputs.programs)
    part = (inputs.block(0, 3), grid.Setup(TWO, 50, 60, 3, (), None, money=True))
    assert len(workers._told(part, shared)) < 40_000 < len(workers._told(part, ()))


@pytest.mark.usefixtures("cut")
def test_only_the_part_of_a_cohort_is_sent(parameters, tmp_path):
    path = tmp_path / "people.csv"
    rows = "\n".join(f"{20 + n % 40},man,full_sick_leave,{n % 50},{300_000 + n}" for n in range(4000))
    path.write_text(f"age,sex,start,weeks_sick_listed,wage\n{rows}\n", encoding="utf-8")
    setup = grid.Setup(TWO, 1, 60, 3, (), hecon.read_cohort(path), money=True)
    inputs = parameters.base_case()
    sizes = [len(workers._told((inputs, setup.part(0, people)), ())) for people in (10, 1000, 4000)]
    each = (sizes[2] - sizes[0]) / 3990
    assert sizes[1] - sizes[0] < 1.2 * 990 * each


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("kept", [True, False])
def test_workers_that_are_lost_are_one_line_that_says_what_is_kept(parameters, tmp_path, kept):
    inputs, path = parameters.sample(15, 1), tmp_path / "run.nc"
    with (
        hecon.workers(Lost(BrokenProcessPool("ended abruptly")), 1),
        pytest.raises(
            InputError, match=r"^workers: they were lost \(BrokenProcessPool\) after 2 of 5 blocks: "
        ) as told,
    ):
        simulate(inputs, TWO, **SIZE, store=path if kept else None)
    left = f"they are kept in {path}.blocks" if kept else "run again"
    assert left in str(told.value)
    assert len(list(tmp_path.rglob("*.npy"))) == (2 if kept else 0)
    if kept:
        with simulate(inputs, TWO, **SIZE, store=path) as resumed:
            xr.testing.assert_identical(resumed.load(), simulate(inputs, TWO, **SIZE))


@pytest.mark.usefixtures("cut")
def test_an_error_in_a_block_reaches_the_user_as_it_was_and_once(parameters, monkeypatch):
    def fault(_inputs, _setup):
        raise InputError("cohort: row 7: no such right")

    monkeypatch.setattr(grid, "simulate_block", fault)
    with Counting(2) as pool, hecon.workers(pool), pytest.raises(InputError, match=r"^cohort: row 7: no such right$"):
        simulate(parameters.sample(10, 1), TWO, **SIZE)


@pytest.mark.usefixtures("cut")
def test_a_worker_with_other_code_is_refused(parameters, monkeypatch):
    monkeypatch.setattr(workers, "_own_machinery", lambda: ("code older", "numpy 1"))
    with Counting(2) as pool, hecon.workers(pool), pytest.raises(InputError, match="runs code older, numpy 1, and not"):
        simulate(parameters.sample(10, 1), TWO, **SIZE)


@pytest.mark.parametrize(
    ("where", "number", "words"),
    [
        ("local", 0, "0 is too few"),
        ("tcp://10.0.0.1:8786", 2, "has its own"),
        ("nonsense", None, "no scheduler answers at nonsense"),
        ("foo://10.0.0.1:1", None, "unknown address scheme"),
        ("tcp://127.0.0.1:1", None, "no scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_a_cluster_that_is_not_there_is_one_line(monkeypatch, where, number, words):
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "PATIENCE", 0.2)
    with pytest.raises(InputError, match=words) as told, hecon.cluster(where, number):
        pytest.fail("it began")
    assert len(told.value.faults) == 1


def test_what_is_no_executor_is_refused():
    with pytest.raises(InputError, match="is no executor"), hecon.workers("tcp://10.0.0.1:8786"):
        pytest.fail("it began")


def test_a_missing_extra_is_one_line_that_names_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    done = CliRunner().invoke(main, ["export", "--cluster", "local"])
    assert (done.exit_code, done.stderr) == (
        2,
        "cluster: distributed is not installed: pip install 'hecon[cluster]'\n",
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--workers", "2"), "--workers: 2 of what?"),
        (("--cluster", "local", "--scheduler", "tcp://a:1"), "give one of them"),
        (("--scheduler", "here"), "no scheduler answers at here"),
    ],
)
@pytest.mark.parametrize("command", ["report", "run", "precision", "voi", "export", "validate", "sensitivity sobol"])
def test_options_that_make_no_sense_are_one_line(command, options, words):
    done = CliRunner().invoke(main, [*command.split(), *options])
    assert done.exit_code == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


# Real clusters


@pytest.fixture(scope="module")
def scheduler():
    """A cluster of two workers with nannies, as an administrator would start it."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50, memory_limit=0
    ) as cluster:
        yield cluster


def pids(cluster):
    return [worker.process.pid for worker in cluster.workers.values()]


@pytest.mark.slow
@pytest.mark.usefixtures("cut")
def test_a_cluster_gives_the_same_bytes_as_threads(parameters, tmp_path, scheduler):
    inputs = parameters.sample(10, 1)
    simulate(inputs, TWO, **SIZE, store=tmp_path / "here.nc").close()
    with hecon.cluster(scheduler.scheduler_address):
        assert at_work() == 2
        simulate(inputs, TWO, **SIZE, store=tmp_path / "there.nc").close()
    assert (tmp_path / "here.nc").read_bytes() == (tmp_path / "there.nc").read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("cut")
def test_a_worker_that_is_killed_is_replaced_and_the_bytes_are_the_same(parameters, tmp_path, scheduler):
    inputs, before = parameters.sample(300, 1), pids(scheduler)
    killed = []

    def kill():
        while not list(tmp_path.rglob("draws-*.npy")):
            time.sleep(0.002)
        os.kill(before[0], signal.SIGKILL)
        killed.append(len(list(tmp_path.rglob("draws-*.npy"))))

    with hecon.cluster(scheduler.scheduler_address):
        hunter = threading.Thread(target=kill)
        hunter.start()
        simulate(inputs, TWO, **SIZE, store=tmp_path / "run.nc").close()
        hunter.join()
    assert killed[0] < 100
    assert before[0] not in pids(scheduler)
    simulate(inputs, TWO, **SIZE, store=tmp_path / "whole.nc").close()
    assert (tmp_path / "run.nc").read_bytes() == (tmp_path / "whole.nc").read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("cut")
def test_a_pool_whose_process_is_killed_is_one_line_and_the_run_goes_on_elsewhere(parameters, tmp_path):
    inputs, path = parameters.sample(300, 1), tmp_path / "run.nc"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:

        def kill():
            while len(list(tmp_path.rglob("draws-*.npy"))) < 2:
                time.sleep(0.002)
            for process in pool._processes:
                os.kill(process, signal.SIGKILL)

        hunter = threading.Thread(target=kill)
        hunter.start()
        with hecon.workers(pool), pytest.raises(InputError, match="goes on from there"):
            simulate(inputs, TWO, **SIZE, store=path)
        hunter.join()
    assert len(list(tmp_path.rglob("draws-*.npy"))) >= 2
    simulate(inputs, TWO, **SIZE, store=path).close()
    simulate(inputs, TWO, **SIZE, store=tmp_path / "whole.nc").close()
    assert path.read_bytes() == (tmp_path / "whole.nc").read_bytes()


@pytest.mark.slow
def test_the_command_line_starts_a_cluster_and_writes_the_same_files(tmp_path):
    size = ("--draws", "300", "--people", "300", "--weeks", "104", "--quiet")
    for name, options in (("here", ()), ("there", ("--cluster", "local", "--workers", "2"))):
        done = CliRunner().invoke(main, ["export", *size, "--out", str(tmp_path / name), *options])
        assert (done.exit_code, done.stderr) == (0, ""), done.exc_info
    for file in (tmp_path / "here").iterdir():
        assert file.read_bytes() == (tmp_path / "there" / file.name).read_bytes()


@pytest.mark.slow
def test_an_interrupt_is_one_line_and_leaves_no_process(tmp_path):
    """As from a terminal: it reaches the workers too."""
    words = [sys.executable, "-m", "hecon", "export", "--draws", "4000", "--cluster", "local", "--workers", "2"]
    command = subprocess.Popen(
        words,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell's background jobs ignore it, and so would ours.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    with command:
        said = ""
        while "| 1/" not in said:
            said = said[-80:] + command.stderr.read(1)
            assert command.poll() is None
        os.killpg(command.pid, signal.SIGINT)
        rest = command.communicate(timeout=60)[1]  # to its end: no process is left that could write more
    assert command.returncode == 130
    assert "Traceback" not in rest
    assert "\ninterrupted: nothing half-written is left\n" in rest
    assert not list(tmp_path.iterdir())
