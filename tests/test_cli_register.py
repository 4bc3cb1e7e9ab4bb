"""`hecon register`: what it prints, writes and refuses."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import hecon
from hecon.cli import main

PROGRAMS = ("--strategy", "usual_case_management", "--strategy", "motivational_interviewing")
SIZE = (*PROGRAMS, "--weeks", 60, "--quiet")


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="hecon")


@pytest.fixture
def people(tmp_path):
    """Write a register in both forms, and give their paths by ending."""
    place = np.arange(40)
    frame = pd.DataFrame(
        {
            "id": place + 1000,
            "age": 22 + place,
            "sex": np.where(place % 2, "man", "woman"),
            "start": "full_sick_leave",
            "weeks_sick_listed": 8,
            "wage": 400_000 + 5_000 * place,
        }
    )
    paths = {ending: tmp_path / f"people.{ending}" for ending in ("csv", "parquet", "txt")}
    frame.to_csv(paths["csv"], index=False)
    frame.to_csv(paths["txt"], index=False)
    frame.to_parquet(paths["parquet"])
    return paths


def test_a_register_is_told_by_subgroup(people, tmp_path):
    out = tmp_path / "out"
    result = call("register", people["csv"], *SIZE, "--by", "sex", "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Per head in 12 months, against usual case management\n")
    assert [line.split()[0] for line in result.stdout.splitlines()[2:5]] == ["everybody", "man", "woman"]
    assert result.stdout.endswith(f"\n{out / 'subgroups.csv'}\n")
    assert [path.name for path in out.iterdir()] == ["subgroups.csv"]
    told = pd.read_csv(out / "subgroups.csv")
    inputs, cohort = hecon.read_parameters().base_case(), hecon.read_cohort(people["csv"])
    expected = hecon.register(inputs, cohort, PROGRAMS[1::2], by=["sex"], weeks=60)
    pd.testing.assert_frame_equal(told, expected, rtol=1e-5, check_dtype=False)


@pytest.mark.parametrize(("ending", "written"), [("csv", "csv"), ("txt", "csv"), ("parquet", "parquet")])
def test_persons_are_written_as_they_were_read(people, tmp_path, ending, written):
    result = call("register", people[ending], *SIZE, "--persons", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    path = tmp_path / "out" / f"persons.{written}"
    assert result.stdout.endswith(f"\n{path}\n")
    persons = pd.read_csv(path) if written == "csv" else pd.read_parquet(path)
    assert persons["id"].tolist() == np.repeat(np.arange(1000, 1040), 2).tolist()


def test_draws_give_an_interval(people, tmp_path):
    assert call("register", people["csv"], *SIZE, "--draws", 3, "--out", tmp_path / "out").exit_code == 0
    table = pd.read_csv(tmp_path / "out" / "subgroups.csv")
    assert (table["low"] <= table["high"]).all()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nobody.csv",), "nobody.csv: cannot be read (no such file or directory): give the path"),
        (("people.csv", "--by", "height"), "by: no covariate 'height' splits the people: choose among"),
        (("people.csv", "--strategy", "magic"), "strategies: no file programs/magic.toml"),
        (("people.csv", "--out", "people.csv"), "--out: "),
    ],
)
@pytest.mark.usefixtures("people")
def test_bad_input_is_one_line_and_leaves_nothing(tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    result = call("register", *arguments, "--quiet")
    assert result.exit_code == 2
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
