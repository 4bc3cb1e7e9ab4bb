"""The command `hecon sensitivity` as a user meets it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from hecon.cli import main

PROJECT = Path(__file__).parents[1]
SMALL = ("--people", "20", "--weeks", "60", "--seed", "3", "--threads", "1", "--quiet")
SAID = "Net benefit over usual_case_management, NOK per person; perspective society; 12 months; 20 people in each run"
TWO = ("--strategy", "usual_case_management", "--strategy", "coordinated_program")
SOME = ("--parameter", "coordinated_hazard_ratio", "--parameter", "coordinator_hour", "--parameter", "trial")


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(main, ["sensitivity", *map(str, arguments)], prog_name="hecon")


def test_one_way_prints_the_greatest_swings_and_writes_table_and_tornado(tmp_path):
    done = call("one-way", *SMALL, *TWO, *SOME, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    shown = [line.split()[0] for line in done.output.splitlines()[2:7]]
    assert shown[:3] == ["coordinated_program", "parameter", "coordinated_hazard_ratio"]
    assert SAID in done.output
    block = next(line for line in done.output.splitlines() if line.startswith("trial: Fitted to the trial, all "))
    assert block.split("together")[1].split()[:2] == ["–", "–"]
    assert "NOK per hour" in done.output
    assert not re.search(r"e[+-]\d|nan|NaN", done.output)
    table = pd.read_csv(tmp_path / "one_way.csv")
    assert len(table) == 3 * 2 * 5
    assert "Fitted to the trial" in (tmp_path / "one_way.svg").read_text("utf-8")


def test_two_way_says_where_each_is_best(tmp_path):
    axes = ("--x", "coordinated_hazard_ratio", "--x-range", "0.8", "1.5", "--y", "coordinator_hour", "--steps", "3")
    done = call("two-way", *SMALL, *TWO, *axes, "--out", tmp_path, "--checkpoint", tmp_path / "kept")
    assert done.exit_code == 0, done.output
    assert "of 9 points" in done.output
    assert "Highest net benefit, NOK per person; perspective society; 12 months; 20 people" in done.output
    assert "against usual case management (hazard ratio)" in done.output
    table = pd.read_csv(tmp_path / "two_way.csv")
    assert list(table) == ["coordinator_hour", "coordinated_hazard_ratio", "best", "gain_coordinated_program"]
    assert ((table["gain_coordinated_program"] > 0.0) == (table["best"] == "coordinated_program")).all()
    assert "coordinated_program" in set(table["best"])
    drawn = (tmp_path / "two_way.svg").read_text("utf-8")
    assert "Usual case management" in drawn
    texts = re.findall(r">([^<>]+)</(?:text|tspan)>", drawn)
    assert {"One hour of a return-to-work coordinator or", "job specialist (NOK per hour)"} <= set(texts)
    assert "management (hazard ratio)" in texts


def test_threshold_gives_a_value_or_says_never():
    found = call("threshold", "coordinated_hazard_ratio", *SMALL, *TWO, "--range", "0.7", "1.6")
    assert "then coordinated_program" in found.output
    assert "perspective society; 12 months; 20 people" in found.output
    assert re.search(r"best up to [\d.]+ hazard ratio \(Monte Carlo error 0\.\d+\)", found.output)
    never = call("threshold", "coordinator_hour", *SMALL, *TWO, "--range", "5000", "6000")
    assert "never within 5,000 to 6,000 NOK per hour; usual_case_management is best throughout" in never.output


def test_scenarios_are_all_there(tmp_path):
    done = call("scenarios", *SMALL, *TWO, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "scenarios.csv")
    assert all(name in done.output for name in table["scenario"])
    assert SAID in done.output
    assert done.output.count(" ± ") > len(set(table["scenario"])) / 2


def test_morris_leaves_the_block_out_and_sobol_takes_it(tmp_path):
    kept = ("--checkpoint", tmp_path / "kept", "--out", tmp_path)
    screened = call("morris", *SMALL, *TWO, *SOME, "--trajectories", "2", *kept)
    assert screened.exit_code == 0, screened.output
    assert set(pd.read_csv(tmp_path / "morris.csv")["parameter"]) == {"coordinated_hazard_ratio", "coordinator_hour"}
    shares = call("sobol", *SMALL, *TWO, *SOME, "--size", "8", *kept)
    assert shares.exit_code == 0, shares.output
    assert "more points are needed, --size 16 or more" in shares.output
    assert "cannot be told from none" in shares.output
    assert set(pd.read_csv(tmp_path / "sobol.csv")["parameter"]) == {*SOME[1::2]}
    assert all((tmp_path / f"{name}.svg").is_file() for name in ("morris", "sobol"))
    first = (tmp_path / "sobol.csv").read_bytes(), (tmp_path / "sobol.svg").read_bytes()
    assert call("sobol", *SMALL, *TWO, *SOME, "--size", "8", *kept).output == shares.output
    assert first == ((tmp_path / "sobol.csv").read_bytes(), (tmp_path / "sobol.svg").read_bytes())


def test_sobol_by_itself_takes_what_screening_finds_and_the_block(tmp_path):
    tiny = ("--people", "4", "--weeks", "8", "--quiet", "--threads", "1", *TWO, "--checkpoint", tmp_path / "kept")
    done = call("sobol", *tiny, "--trajectories", "2", "--size", "2", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    names = list(pd.read_csv(tmp_path / "sobol.csv")["parameter"].unique())
    assert (len(names), names[-1]) == (20, "trial")


def test_density_prints_what_chance_reaches(tmp_path):
    done = call(
        "density", *SMALL, *TWO, *SOME[:2], "--size", "80", "--checkpoint", tmp_path / "kept", "--out", tmp_path
    )
    assert done.exit_code == 0, done.output
    assert "nan" not in done.output
    assert "chance: what 95% of columns of pure chance stay below" in done.output
    assert (tmp_path / "density.svg").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sobol", "--size", "500"), "power of two"),
        (("density", "--size", "10"), "too few to slice"),
        (("one-way", "--strategy", "usual_case_management"), "at least two"),
        (("one-way", "--parameter", "coordinator_hours"), "the closest known name is coordinator_hour"),
        (("one-way", "--perspective", "state"), "is not one"),
        (("morris", "--horizon", "3 years"), "12 months"),
        (("morris", "--parameter", "trial"), "none is left"),
        (("threshold", "coordinator_hour", "--range", "3", "2"), "no range"),
        (("two-way", "--x", "coordinator_hour", "--y", "coordinator_hour"), "two parameters"),
        (("one-way", "--out", "/proc/1/nowhere"), "cannot be written"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_code_2(arguments, words):
    done = call(*arguments, *(() if "--strategy" in arguments else TWO))
    assert done.exit_code == 2
    assert words in done.output
    assert len(done.output.strip().splitlines()) == 1


@pytest.mark.slow
def test_a_killed_run_goes_on_and_writes_the_same_bytes(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}

    def command(out):
        kept = ("--checkpoint", str(tmp_path / f"kept-{out}"), "--out", str(tmp_path / out))
        sizes = ("--people", "300", "--weeks", "260", "--trajectories", "8", "--quiet")
        return [sys.executable, "-m", "hecon", "sensitivity", "morris", *sizes, *TWO, *kept]

    running = subprocess.Popen(command("killed"), env=environment)
    while not list((tmp_path / "kept-killed").rglob("points-*.npy")):
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not (tmp_path / "killed").exists()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept-killed").rglob("points-*.npy")}
    for out in ("killed", "whole"):
        subprocess.run(command(out), env=environment, check=True, capture_output=True)
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())
    assert (tmp_path / "killed" / "morris.csv").read_bytes() == (tmp_path / "whole" / "morris.csv").read_bytes()
