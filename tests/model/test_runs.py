"""Blocks of work on a pool of threads, files written whole or not at all, and steps that are kept."""

import io
import threading
import time
from contextvars import ContextVar

import numpy as np
import pytest
from tqdm import tqdm

from hecon.model import checkpoint, identity
from hecon.model.checkpoint import Checkpoint
from hecon.model.identity import code_digest
from hecon.model.runs import AHEAD, blocks, in_order, run_blocks, whole_file

# Files


def test_a_file_takes_its_name_when_the_block_ends_well(tmp_path):
    path = tmp_path / "deep" / "down" / "result.csv"
    with whole_file(path) as temporary:
        temporary.write_text("all", encoding="utf-8")
        assert not path.exists()
        assert temporary.parent == path.parent
        assert temporary.suffix == ".csv"
    assert path.read_text(encoding="utf-8") == "all"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_there_is_replaced_whole(tmp_path):
    path = tmp_path / "result.csv"
    path.write_text("a long old one", encoding="utf-8")
    with whole_file(path) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "a long old one"
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_goes_wrong_leaves_the_old_file_and_no_other(tmp_path, error):
    path = tmp_path / "result.csv"
    path.write_text("old", encoding="utf-8")

    def write():
        with whole_file(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        write()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_goes_wrong_leaves_no_new_file(tmp_path):
    with pytest.raises(ValueError, match="no"), whole_file(tmp_path / "result.csv"):
        raise ValueError("no")
    assert list(tmp_path.iterdir()) == []


def test_others_may_read_the_file(tmp_path):
    with whole_file(tmp_path / "result.csv") as temporary:
        temporary.write_text("all", encoding="utf-8")
    assert (tmp_path / "result.csv").stat().st_mode & 0o777 == 0o644


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    path = tmp_path / "result.csv"
    with whole_file(path) as first, whole_file(path) as second:
        assert first != second
        first.write_text("first", encoding="utf-8")
        second.write_text("second", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "first"  # the outer block ends last
    assert list(tmp_path.iterdir()) == [path]


# Blocks


@pytest.mark.parametrize("size", [1, 3, 7, 20, 50])
def test_blocks_cover_the_length_once(size):
    bounds = list(blocks(20, size))
    assert [i for start, stop in bounds for i in range(start, stop)] == list(range(20))
    assert all(0 < stop - start <= size for start, stop in bounds)


def test_nothing_has_no_blocks():
    assert list(blocks(0, 8)) == []


@pytest.mark.parametrize("threads", [1, 3, None])
def test_every_task_is_done_once(threads):
    done, lock = [], threading.Lock()

    def work(task):
        with lock:
            done.append(task)

    run_blocks(work, iter(range(200)), threads=threads, progress=None)
    assert sorted(done) == list(range(200))


def test_no_tasks_are_done_at_once():
    run_blocks(pytest.fail, [], threads=2, progress=None)


def test_no_more_threads_run_than_are_asked_for():
    running, most, lock = 0, 0, threading.Lock()

    def work(_task):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1

    run_blocks(work, range(30), threads=2, progress=None)
    assert most == 2


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_reaches_the_caller_and_drops_what_has_not_begun(error):
    begun, lock = [], threading.Lock()

    def work(task):
        with lock:
            begun.append(task)
        if task == 3:
            raise error
        time.sleep(0.005)

    with pytest.raises(error):
        run_blocks(work, range(1000), threads=2, progress=None)
    assert {0, 1, 2, 3} <= set(begun)
    assert len(begun) < 500
    assert len(set(begun)) == len(begun)
    after = len(begun)
    time.sleep(0.03)
    assert len(begun) == after  # no thread goes on behind the caller's back


def test_the_first_of_two_exceptions_is_told():
    def work(task):
        raise ValueError(str(task))

    with pytest.raises(ValueError, match="0"):
        run_blocks(work, range(5), threads=1, progress=None)


def test_progress_is_shown_on_the_error_stream_only_when_asked(capsys):
    run_blocks(lambda _task: None, range(3), threads=1, progress=None)
    assert capsys.readouterr() == ("", "")
    run_blocks(lambda _task: None, range(3), threads=1, progress="Walking")
    out, error = capsys.readouterr()
    assert out == ""
    assert "Walking" in error


# Results in order


@pytest.mark.parametrize("threads", [1, 3])
def test_results_come_in_the_order_of_their_tasks(threads):
    def work(task):
        time.sleep(0.001 * (7 - task % 7))
        return -task

    found = in_order(work, ((task,) for task in range(40)), 40, threads=threads, progress=None)
    assert list(found) == [-task for task in range(40)]


@pytest.mark.parametrize("threads", [1, 2])
def test_few_tasks_are_taken_before_their_results_are(threads):
    """What is in memory does not grow with the number of tasks."""
    taken = 0

    def tasks():
        nonlocal taken
        for task in range(500):
            taken += 1
            yield (task,)

    for used, _ in enumerate(in_order(abs, tasks(), 500, threads=threads, progress=None), start=1):
        assert taken <= used + AHEAD * (threads + 1)
    assert taken == 500


def test_who_stops_listening_stops_the_work():
    done = []
    found = in_order(done.append, ((task,) for task in range(1000)), 1000, threads=2, progress=None)
    next(found)
    found.close()
    after = len(done)
    time.sleep(0.02)
    assert len(done) == after < 100


def test_work_on_threads_knows_what_was_in_force_where_it_was_asked_for():
    said = ContextVar("said", default="nothing")
    said.set("something")
    heard = []
    run_blocks(lambda _task: heard.append(said.get()), range(6), threads=3, progress=None)
    assert heard == ["something"] * 6


# Steps that are kept


def never():
    pytest.fail("it was made again")


def test_a_step_is_made_once_and_kept_to_the_bit(tmp_path):
    array = np.random.default_rng(1).normal(size=(3, 2))
    kept = Checkpoint(tmp_path / "deep" / "down", tqdm(disable=True))
    np.testing.assert_array_equal(kept.keep("one", lambda: array), array)
    again = Checkpoint(tmp_path / "deep" / "down", tqdm(disable=True)).keep("one", never)
    np.testing.assert_array_equal(again, array)
    assert [path.name for path in kept.folder.iterdir()] == ["one.npy"]


def test_steps_of_other_names_and_other_folders_are_other_steps(tmp_path):
    kept = Checkpoint(tmp_path / "a", tqdm(disable=True))
    assert kept.keep("one", lambda: np.array([1.0])).tolist() == [1.0]
    assert kept.keep("two", lambda: np.array([2.0])).tolist() == [2.0]
    assert Checkpoint(tmp_path / "b", tqdm(disable=True)).keep("one", lambda: np.array([3.0])).tolist() == [3.0]
    assert kept.keep("one", never).tolist() == [1.0]


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = Checkpoint(None, tqdm(disable=True))
    assert [kept.keep("one", lambda value=value: np.array([value])).tolist() for value in (1.0, 2.0)] == [[1.0], [2.0]]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_step_that_ends_badly_is_not_kept(tmp_path, error):
    def half():
        raise error

    kept = Checkpoint(tmp_path, tqdm(disable=True))
    with pytest.raises(error):
        kept.keep("one", half)
    assert list(tmp_path.iterdir()) == []
    assert kept.keep("one", lambda: np.array([1.0])).tolist() == [1.0]


def test_a_step_whose_file_is_half_written_has_no_name(tmp_path, monkeypatch):
    def killed(path, _array):
        path.write(b"half")
        raise KeyboardInterrupt

    kept = Checkpoint(tmp_path, tqdm(disable=True))
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.np, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            kept.keep("one", lambda: np.array([1.0]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", [b"", b"half", 100, -8])
def test_a_damaged_step_is_made_again(tmp_path, left):
    """A disk that went down may have kept a name without its content."""
    kept = Checkpoint(tmp_path)
    whole = kept.keep("one", lambda: np.arange(6.0))
    path = tmp_path / "one.npy"
    path.write_bytes(left if isinstance(left, bytes) else path.read_bytes()[:left])
    assert not kept.has("one", (6,))
    np.testing.assert_array_equal(kept.keep("one", lambda: np.arange(6.0)), whole)
    assert kept.has("one", (6,))
    assert not kept.has("one", (5,))


def test_the_bar_moves_by_one_whether_a_step_is_made_or_taken_up(tmp_path):
    with tqdm(total=3, file=io.StringIO()) as bar:
        kept = Checkpoint(tmp_path, bar)
        kept.keep("one", lambda: np.array([1.0]))
        assert bar.n == 1
        kept.keep("one", never)
        assert bar.n == 2


# The state of the code


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two rooms and a file at its door."""
    files = {"__init__.py": "", "cli.py": "c", "model/kernel.py": "k", "model/hazards.py": "h", "report/words.py": "w"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(identity.hecon, "__file__", str(tmp_path / "__init__.py"))
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "rooms", "moves"),
    [
        ("model/kernel.py", (), True),
        ("model/kernel.py", ("model",), True),
        ("model/kernel.py", ("report",), False),
        ("report/words.py", ("model",), False),
        ("report/words.py", ("model", "report"), True),
        ("cli.py", (), True),
        ("cli.py", ("model",), False),
    ],
)
def test_a_digest_moves_with_the_rooms_it_is_of(package, changed, rooms, moves):
    before = code_digest(rooms)
    assert code_digest(rooms) == before
    assert len(before) == 12
    (package / changed).write_text("other", encoding="utf-8")
    assert (code_digest(rooms) != before) == moves


def test_a_digest_moves_with_names_and_not_with_what_is_no_code(package):
    before = code_digest()
    (package / "model" / "notes.txt").write_text("n", encoding="utf-8")
    assert code_digest() == before
    (package / "model" / "kernel.py").rename(package / "model" / "loop.py")
    assert code_digest() != before


def test_the_order_of_the_rooms_does_not_matter(package):
    assert package.is_dir()
    assert code_digest(["model", "report"]) == code_digest(("report", "model", "model"))
