"""The command as a user meets it: what it writes, and how it answers when it is asked for the impossible."""

import dataclasses
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

import hecon
from hecon.cli import main
from hecon.inputs.parameters import shipped_folder

PROJECT = Path(__file__).parents[1]
SMALL = ("--draws", "4", "--people", "40", "--base-people", "200", "--weeks", "104", "--seed", "3", "--quiet")
TABLES = {
    "costs_by_perspective",
    "ledger",
    "cost_per_day",
    "icer",
    "returns",
    "five_years",
    "productivity",
    "subgroups",
    "outcomes",
    "scenarios",
    "structural",
    "precision",
    "precision_base",
    "evpi",
    "evpi_bracket",
    "evppi",
    "programs",
    "needed_effects",
    "one_way",
    "budget_by_payer",
    "budget_cash",
    "budget_volumes",
    "budget_staff",
}
COHORT = "age,sex,start,weeks_sick_listed,wage\n40,man,full_sick_leave,8,500000\n50,woman,graded_sick_leave,20,800000\n"
MINE = "These results rest on values that a user put in the place of the shipped ones"


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="hecon")


def shell(*arguments, how=("-m", "hecon"), **options):
    """Run the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, *how, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, **options)


def written(folder, name, text):
    """A file with some text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def assert_refused(result, *named):
    """Assert exit code 2 and one line on the error stream that names what is wrong: never a traceback."""
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.output
    for words in named:
        assert words in lines[0]


def assert_click_refused(result, *named):
    """Assert the same where click refuses: its words alone, without its prefix and usage, and where to read on."""
    assert_refused(result, *named)
    assert result.stdout == ""
    assert result.stderr.endswith(" See hecon --help.\n")
    for words in ("Error", "Usage"):
        assert words not in result.stderr


# What it is


def test_version():
    result = call("--version")
    assert result.exit_code == 0
    assert result.output == f"hecon, version {hecon.__version__}\n"


def test_help_names_every_command_with_what_it_does():
    result = call("--help")
    assert result.exit_code == 0
    assert set(main.commands) >= {"cea", "export", "precision", "report", "sensitivity", "voi"}
    for name in main.commands:
        assert re.search(rf"^  {name}  +[A-Z]", result.output, flags=re.MULTILINE)
        assert call(name, "--help").exit_code == 0
        assert call(name, "-h").output == call(name, "--help").output


def test_an_unknown_command_or_option_is_refused():
    assert_click_refused(call("reprot"), "reprot")
    assert_click_refused(call("run", "--drwas", "3"), "--drwas")
    assert_click_refused(call("run", "--draws"), "--draws")
    assert_click_refused(call("check", "too_much"), "too_much")
    assert_click_refused(call("parameters", "--cohort", "people.csv"), "--cohort")  # no parameter hangs on people


def test_clicks_own_refusal_is_one_line_in_a_process_too():
    result = shell("run", "--draws", "0")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == "Invalid value for '--draws': 0 is not in the range x>=2. See hecon --help.\n"


def test_python_m_hecon_is_the_command():
    inside = call("parameters", "caseworker_hour")
    outside = shell("parameters", "caseworker_hour")
    script = shell("parameters", "caseworker_hour", how=("-c", "from hecon.cli import main; main()"))
    assert outside.returncode == 0
    assert outside.stdout == script.stdout == inside.stdout
    assert outside.stderr == ""


def test_a_fault_leaves_a_process_with_exit_code_2_and_one_line(tmp_path):
    result = shell("check", "--overlay", written(tmp_path, "mine.toml", "caseworkr_hour = 800\n"))
    assert result.returncode == 2
    assert result.stderr == (
        "mine.toml: caseworkr_hour: is not the name of a parameter: the closest known name is caseworker_hour\n"
    )


# Parameters


@pytest.fixture(scope="module")
def listed():
    return call("parameters").output.splitlines()


def test_every_parameter_is_listed_once_with_value_grade_and_source(listed):
    entries = hecon.read_parameters().entries
    assert sorted(line.split()[0] for line in listed) == sorted(entries)
    line = next(line for line in listed if line.startswith("caseworker_hour "))
    entry = entries["caseworker_hour"]
    assert f"{entry.value:.6g}" in line
    assert line.endswith(f" {entry.source}")
    assert f" {entry.grade} " in line


def test_parameters_of_one_grade(listed):
    result = call("parameters", "--grade", "assumption")
    found = result.output.splitlines()
    assert found == [line for line in listed if " assumption " in line]
    assert 0 < len(found) < len(listed)


def test_an_unknown_grade_is_refused():
    result = call("parameters", "--grade", "assumed")
    assert_refused(result, "--grade", "'assumed'", "assumption")
    assert result.stdout == ""


def test_one_parameter_is_shown_with_its_source():
    result = call("parameters", "caseworker_hour")
    shown = dict(line.split(maxsplit=1) for line in result.output.splitlines())
    entry = hecon.read_parameters()["caseworker_hour"]
    assert result.exit_code == 0
    assert shown["name"] == "caseworker_hour"
    assert shown["value"] == f"{entry.value:.6g} {entry.unit}"
    assert shown["where"] == entry.locator
    assert shown["file"] == "costs.toml"
    assert shown["grade"].startswith(entry.grade)


def test_a_list_and_a_calibrated_parameter_are_shown():
    assert re.search(r"^value +58 values", call("parameters", "mortality_women").output, flags=re.MULTILINE)
    assert re.search(r"^uncertainty +trial$", call("parameters", "return_slope").output, flags=re.MULTILINE)


@pytest.mark.slow
def test_a_report_needs_no_motivational_interviewing(tmp_path):
    strategies = ("--strategy", "usual_case_management", "--strategy", "early_follow_up")
    result = call("report", *strategies, *SMALL, "--out", tmp_path / "report.html")
    assert result.exit_code == 0, result.output
    assert "What else could be chosen" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_every_program_is_listed_with_what_its_effect_rests_on():
    lines = call("programs").output.splitlines()
    assert lines[0].split()[0] == "usual_case_management"
    assert {line.split()[0] for line in lines} == set(hecon.read_parameters().programs)
    (line,) = (line for line in lines if line.startswith("cross_sector_program"))
    assert "no known effect" in line


def test_one_program_is_shown_and_a_misspelt_one_refused():
    shown = call("programs", "mi_nav_vocational_advice").output
    assert "musculoskeletal" in shown
    assert "| first call | 2 |" in shown
    assert_refused(call("programs", "mi_nav_advice"), "mi_nav_advice", "is not a program")


def test_a_spread_that_is_no_study_s_is_said():
    output = call("parameters", "coordinated_hazard_ratio").output
    assert re.search("^grade +study, read: primary$", output, flags=re.MULTILINE)
    assert re.search("^spread +assumption: not the source's own$", output, flags=re.MULTILINE)
    assert not re.search("^spread", call("parameters", "caseworker_hour").output, flags=re.MULTILINE)


def test_an_overlay_shows_among_the_parameters(tmp_path):
    mine = written(tmp_path, "mine.toml", "[caseworker_hour]\nvalue = 801\nsource = 'our accounts'\n")
    result = call("parameters", "caseworker_hour", "--overlay", mine)
    assert "801 NOK per hour" in result.output
    assert "our accounts" in result.output


def test_a_scenario_shows_among_the_parameters():
    result = call("parameters", "early_contact_aap_odds_ratio", "--scenario", "no_effect")
    assert re.search(r"^value +1 odds ratio", result.output, flags=re.MULTILINE)


def test_an_unknown_parameter_is_refused_with_the_closest_name():
    assert_refused(call("parameters", "caseworkr_hour"), "caseworkr_hour", "caseworker_hour")


def test_a_closed_pipe_is_no_fault_of_a_file():
    """`hecon parameters | head -1` ends quietly, as other commands do."""
    command = f"{sys.executable} -m hecon parameters | head -1"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    for _ in range(3):
        result = subprocess.run(  # noqa: S602
            command, shell=True, capture_output=True, text=True, check=False, env=environment
        )
        assert result.stderr == ""


# Check


def test_check_passes_on_what_is_shipped():
    result = call("check")
    assert result.exit_code == 0, result.output
    first, *laws = result.output.splitlines()
    assert re.fullmatch(r"\d+ parameters, 17 programs, \d+ scenarios: in order", first)
    assert len(laws) >= 9
    assert all(line.startswith("kept  ") for line in laws)


def test_check_passes_with_a_users_own_values_and_people(tmp_path):
    mine = written(tmp_path, "mine.toml", "caseworker_hour = 800\nemployer_period = 30\n")
    result = call("check", "--overlay", mine, "--cohort", written(tmp_path, "people.csv", COHORT))
    assert result.exit_code == 0, result.output


def test_check_passes_where_retirement_comes_before_some_peoples_age(tmp_path):
    result = call("check", "--overlay", written(tmp_path, "mine.toml", "retirement_age = 50\n"))
    assert result.exit_code == 0, result.output


def test_check_puts_every_scenario_in_place(monkeypatch):
    """A scenario's table is parsed when it is used: the check uses all of them."""
    shipped = hecon.read_parameters()
    table = dataclasses.replace(shipped.tables["frailty_off"], text="row,frailty_sd\npoint,0.0\n")
    broken = dataclasses.replace(shipped, tables={**shipped.tables, "frailty_off": table})
    monkeypatch.setattr("hecon.read_parameters", lambda *_, **__: broken)
    result = call("check")
    assert result.exit_code == 2
    assert "calibrated/scenarios/frailty_off.csv: row: is not 'point', 0, 1, 2, ..." in result.output


def test_check_exits_with_1_when_a_law_is_broken(monkeypatch):
    from hecon.model.laws import Law

    laws = [Law("Holds", kept=True, detail="0"), Law("Does not", kept=False, detail="7 NOK")]
    monkeypatch.setattr("hecon.check_laws", lambda *_: laws)
    result = call("check")
    assert result.exit_code == 1
    assert result.output.splitlines()[1:] == ["kept    Holds (0)", "BROKEN  Does not (7 NOK)"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("caseworker_hour = 'much'\n", "caseworker_hour"),
        ("caseworker_hour = nan\n", "nan"),
        ("caseworker_hour = [1, 2]\n", "one number"),
        ("mortality_women = [1, 2]\n", "list of 58"),
        ("caseworker_hour =\n", "TOML"),
        ("[caseworker_hour]\nvalue = 1\nvlaue = 2\n", "vlaue"),
        ("[caseworker_hour]\nvalue = 800\ndistribution = { family = 'gamma', mean = 700, se = 80 }\n", "centre 700"),
        ("[caseworker_hour]\nvalue = 800\ndistribution = { family = 'gama', mean = 800, se = 80 }\n", "gama"),
        ("cpi = 100\n", "cpi"),
    ],
    ids=["text", "nan", "list", "short-list", "not-toml", "key", "centre", "family", "price-index"],
)
def test_a_broken_overlay_is_refused_in_one_line(tmp_path, text, named):
    assert_refused(call("check", "--overlay", written(tmp_path, "mine.toml", text)), "mine.toml", named)


def test_every_fault_of_an_overlay_is_told_at_once(tmp_path):
    result = call("check", "--overlay", written(tmp_path, "mine.toml", "no_such_one = 1\nnor_this = 2\n"))
    assert result.exit_code == 2
    assert [line.split(":")[1].strip() for line in result.stderr.splitlines()] == ["no_such_one", "nor_this"]


def test_an_overlay_that_is_not_there_is_refused(tmp_path):
    assert_refused(call("check", "--overlay", tmp_path / "none.toml"), "none.toml")


@pytest.mark.parametrize("date", ["2025-13-01", "yesterday", "1.7.2025", ""])
def test_a_bad_date_is_refused(date):
    assert_refused(call("check", "--date", date), "--date", repr(date), "2025-07-01")


@pytest.mark.parametrize("date", ["1999-01-01", "2040-01-01"])
def test_a_date_without_a_statute_is_refused(date):
    assert_refused(call("check", "--date", date), "no value", date[:4])


def test_an_unknown_scenario_is_refused():
    assert_refused(call("check", "--scenario", "aap_diference_zero"), "aap_diference_zero", "aap_difference_zero")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (COHORT.replace("wage", "wages"), "no column wage"),
        (COHORT.replace("wage\n", "wage,colour\n").replace("0000\n", "0000,1\n"), "colour"),
        (COHORT.replace("40,man", "400,man"), "row 2: age is 400"),
        (COHORT.replace("40,man", "17,man"), "row 2: age is 17: give a number from 18 to 66.99"),
        (COHORT.replace("0000\n", "0000,1\n"), "rows have more cells than the header: give each cell a column"),
        (COHORT.replace("woman", "Woman"), "row 3: sex is Woman"),
        (COHORT.replace(",", ";"), "separated by semicolons: separate them by commas"),
        ("", "CSV"),
        (COHORT.splitlines()[0] + "\n", "no people"),
    ],
    ids=["no-column", "unknown-column", "age", "young", "long-rows", "level", "semicolons", "empty", "header-only"],
)
def test_a_broken_cohort_is_refused(tmp_path, text, named):
    assert_refused(call("check", "--cohort", written(tmp_path, "people.csv", text)), "people.csv", named)


def test_rights_used_that_a_cohort_cannot_have_are_refused(tmp_path):
    text = COHORT.replace("wage\n", "wage,rights_used\n").replace("500000\n", "500000,-1\n")
    people = written(tmp_path, "people.csv", text.replace("800000\n", "800000,7\n"))
    told = "cohort: row 3: rights_used is 7: give 88, what the spell has used, to 247, or leave it out"
    assert_refused(call("check", "--cohort", people), told)


def test_a_cohort_that_cannot_be_read_is_refused(tmp_path):
    assert_refused(call("check", "--cohort", tmp_path / "none.csv"), "none.csv")
    assert_refused(call("check", "--cohort", tmp_path), str(tmp_path))
    (tmp_path / "noise.csv").write_bytes(bytes([0x9C, 0xFF, 0x00, 0xFE]) * 50)
    assert_refused(call("check", "--cohort", tmp_path / "noise.csv"), "noise.csv")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("share_women = 2.0", "value 2 is out of range: give 0 to 1"),
        ("early_first_attendance = 1.5", "value 1.5 is out of range: give 0 to 1"),
        ("return_rate_full = -1.0", "value -1 is out of range: give 0 or more"),
        ("weeks_sick_listed_at_inclusion = -8", "value -8 is out of range: give 0 to 51"),
        (
            "weeks_sick_listed_at_inclusion = 8.5",
            "value 8.5 is not whole: the model counts weeks in whole numbers",
        ),
        ("discount_rate = -1.0", "value -1 is out of range: give -0.2 to 0.2"),
        ("return_slope = -1.0", "value -1 is out of range: give -0.9 to 10"),
    ],
)
def test_an_impossible_value_is_refused_and_named(tmp_path, text, fault):
    result = call("check", "--overlay", written(tmp_path, "mine.toml", text))
    assert_refused(result)
    assert result.stderr == f"mine.toml: {text.split()[0]}: {fault}\n"
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("text", "mean", "spread"),
    [
        ("age_sd = 0", "44", "0"),
        ("age_sd = 100", "44", "100"),
        ("age_mean = 10", "10", "10"),
        ("age_mean = 61", "61", "10"),
    ],
)
def test_ages_that_nobody_can_have_are_refused_with_the_figures(tmp_path, text, mean, spread):
    result = call("check", "--overlay", written(tmp_path, "mine.toml", text))
    assert_refused(result)
    assert result.stderr.startswith(f"population.toml: no ages from 18 to 61 have mean {mean} and SD {spread}: give ")


# Sizes


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--draws", 0),
        ("--draws", -1),
        ("--draws", 1),
        ("--weeks", 10),
        ("--weeks", 52),
        ("--weeks", 0),
        ("--people", -5),
        ("--people", 0),
        ("--base-people", 0),
        ("--seed", -1),
        ("--seed", 10**30),
    ],
)
@pytest.mark.parametrize("command", ["run", "report"])
def test_an_impossible_size_is_refused_and_nothing_is_written(tmp_path, command, option, value):
    out = tmp_path / "out"
    assert_refused(call(command, *SMALL, "--out", out / "a", option, value), option.removeprefix("--"), str(value))
    assert not out.exists()


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_no_generator_takes_is_refused_with_those_it_takes(tmp_path, seed):
    result = call("run", *SMALL, "--out", tmp_path / "out", "--seed", seed)
    assert_refused(result)
    assert result.stderr == (f"seed: {seed} is out of range: give a whole number from 0 to 9223372036854775807\n")


def test_a_refused_size_is_named_as_the_user_typed_it(tmp_path):
    assert_refused(call("run", *SMALL, "--out", tmp_path / "out", "--base-people", -7), "base", "-7")


@pytest.mark.parametrize(("option", "value"), [("--threads", 0), ("--draws", "many"), ("--weeks", "1e3")])
def test_an_option_of_the_wrong_kind_is_refused(option, value):
    assert_click_refused(call("run", option, value), option, str(value))


# Run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run, and what it wrote."""
    out = tmp_path_factory.mktemp("run") / "some" / "results"
    return call("run", *SMALL, "--out", out), out


def test_run_writes_what_it_says_and_nothing_else(run):
    result, out = run
    assert result.exit_code == 0, result.output
    said = [Path(line) for line in result.stdout.splitlines()]
    assert {path.name for path in said} == {"results.nc", *(f"{name}.csv" for name in TABLES)}
    assert sorted(out.iterdir()) == sorted(said)


def test_the_netcdf_opens_again(run):
    with xr.open_dataset(run[1] / "results.nc", engine="h5netcdf") as root:
        assert (root.attrs["seed"], root.attrs["weeks"], root.attrs["draws"]) == (3, 104, 4)
        assert root.attrs["overlaid"] == "none"
        assert len(root.attrs["parameters"]) == 64
    with xr.open_dataset(run[1] / "results.nc", group="carried", engine="h5netcdf") as dataset:
        assert dataset.sizes["draw"] == 4
        assert dataset.sizes["strategy"] == 4
        assert np.isfinite(dataset["money"]).all()
        assert dataset["people"].sum("subgroup").to_numpy().tolist() == [40.0] * 4


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_opens_again(run, name):
    table = pd.read_csv(run[1] / f"{name}.csv")
    assert len(table) > 0
    assert not table.columns.duplicated().any()
    assert not [column for column in table.columns if column.startswith("Unnamed")]
    assert not np.isinf(table.select_dtypes("number").to_numpy()).any()


def test_the_tables_hold_what_the_netcdf_holds(run):
    table = pd.read_csv(run[1] / "ledger.csv").set_index(["flow", "strategy"])["amount"]
    with xr.open_dataset(run[1] / "results.nc", group="carried", engine="h5netcdf") as dataset:
        money = dataset["money"].sel(year=1).sum("subgroup") / dataset["people"].sum("subgroup")
        mean = money.mean("draw").to_series().reorder_levels(["flow", "strategy"])
    np.testing.assert_allclose(table, mean[table.index], rtol=1e-5)


@pytest.mark.slow
def test_the_same_run_writes_the_same_bytes_whatever_the_threads(run, tmp_path):
    again = tmp_path / "again"
    assert call("run", *SMALL, "--threads", 3, "--out", again).exit_code == 0
    for name in sorted(TABLES):
        assert (again / f"{name}.csv").read_bytes() == (run[1] / f"{name}.csv").read_bytes()


@pytest.mark.slow
def test_another_seed_gives_another_run(run, tmp_path):
    assert call("run", *SMALL, "--seed", 4, "--out", tmp_path).exit_code == 0
    assert (tmp_path / "ledger.csv").read_bytes() != (run[1] / "ledger.csv").read_bytes()


# Strategies


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (["usual_case_management", "motivational_interviewin"], "motivational_interviewing"),
        (["usual_case_management"], "at least two"),
        (["usual_case_management", "early_follow_up", "early_follow_up"], "once"),
    ],
    ids=["unknown", "one", "twice"],
)
def test_strategies_that_cannot_be_compared_are_refused(tmp_path, names, named):
    options = [part for name in names for part in ("--strategy", name)]
    assert_refused(call("run", *SMALL, *options, "--out", tmp_path / "out"), "strategies", named)
    assert list(tmp_path.iterdir()) == []


def test_the_comparator_is_the_strategy_named_first(monkeypatch, tmp_path):
    """As the help of --strategy says."""
    names = ("early_follow_up", "usual_case_management")
    options = [part for name in names for part in ("--strategy", name)]
    seen = []

    def saved(self, path):
        seen.append((self.comparator, self.strategies))
        return path

    monkeypatch.setattr("hecon.evaluation.comparison.Comparison.save", saved)
    monkeypatch.setattr("hecon.evaluation.comparison.Comparison.save_csv", lambda *_: [])
    assert call("run", *SMALL, *options, "--out", tmp_path).exit_code == 0
    assert seen == [("early_follow_up", names)]


# Report


@pytest.fixture(scope="module")
def folder_of_overlays(tmp_path_factory):
    """A folder of two overlays."""
    folder = tmp_path_factory.mktemp("overlays")
    written(folder, "wages.toml", "caseworker_hour = 801\n")
    written(folder, "health.toml", "gp_hour = 1501\n")
    return folder


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A small report of the shipped parameters."""
    path = tmp_path_factory.mktemp("report") / "some" / "report.html"
    result = call("report", *SMALL, "--out", path, "--title", "Is it <worth> it?")
    assert result.exit_code == 0, result.output
    return result, path


def test_report_writes_one_file_beside_the_results_and_says_where(report):
    result, path = report
    headline, where, kept = result.stdout.splitlines()
    assert where == f"Report: {path}"
    assert kept.startswith(f"Results: {path.parent / 'results.nc'}, ")
    assert headline[0].isupper()
    assert headline.endswith(".")
    assert sorted(item.name for item in path.parent.iterdir()) == ["report.html", "results.nc"]
    text = path.read_text(encoding="utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")
    assert "Is it &lt;worth&gt; it?" in text
    assert MINE not in text


@pytest.mark.slow
def test_a_report_says_which_values_the_user_replaced_and_whose_people_they_are(tmp_path):
    first = written(tmp_path, "a.toml", "caseworker_hour = 801\n")
    second = written(tmp_path, "b.toml", "gp_hour = 1501\n")
    people = written(tmp_path, "people.csv", COHORT + "45,woman,full_sick_leave,12,450000\n" * 3)
    path = tmp_path / "report.html"
    result = call("report", *SMALL, "--overlay", first, "--overlay", second, "--cohort", people, "--out", path)
    assert result.exit_code == 0, result.output
    text = path.read_text(encoding="utf-8")
    assert f"{MINE}: one hour of a NAV caseworker, one hour of a general practitioner." in text
    assert re.search(r"<dt>Who they are</dt>\s*<dd>a user.{1,5}s cohort", text)


def test_a_folder_of_overlays_is_read_as_its_files(folder_of_overlays):
    result = call("parameters", "gp_hour", "--overlay", folder_of_overlays)
    assert result.exit_code == 0, result.output
    assert "1501 NOK per hour" in result.output
    assert "801 NOK per hour" in call("parameters", "caseworker_hour", "--overlay", folder_of_overlays).output


def test_a_fault_in_a_folder_of_overlays_names_the_file(tmp_path):
    written(tmp_path, "mine/good.toml", "caseworker_hour = 801\n")
    written(tmp_path, "mine/bad.toml", "caseworkr_hour = 801\n")
    assert_refused(call("check", "--overlay", tmp_path / "mine"), "bad.toml", "caseworkr_hour")


def test_an_empty_folder_of_overlays_is_refused(tmp_path):
    """Nobody who names a folder means nothing by it."""
    assert_refused(call("check", "--overlay", tmp_path), tmp_path.name)


# Where it writes, and what it leaves


@pytest.fixture(scope="module")
def comparison():
    return hecon.compare(hecon.read_parameters(), people=50, draws=2, draw_people=20, weeks=104)


@pytest.fixture
def compared(comparison, monkeypatch):
    """The command compares nothing anew, and draws no figures."""
    monkeypatch.setattr("hecon.compare", lambda *_args, **_options: comparison)
    monkeypatch.setattr("hecon.report.document.render", lambda *_args: "a report")


@pytest.mark.usefixtures("compared")
@pytest.mark.parametrize("command", ["run", "report"])
def test_an_output_that_cannot_be_written_is_refused(tmp_path, command):
    occupied = written(tmp_path, "occupied", "a file")
    assert_refused(call(command, *SMALL, "--out", occupied / "below"), str(occupied))
    assert occupied.read_text(encoding="utf-8") == "a file"


@pytest.mark.usefixtures("compared")
def test_a_folder_in_the_place_of_the_report_is_named_as_the_user_gave_it(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    assert_refused(call("report", *SMALL, "--out", folder), str(folder))
    assert list(tmp_path.iterdir()) == [folder]


def test_an_output_that_cannot_be_written_is_refused_before_the_long_run(tmp_path, monkeypatch):
    def never(*_args, **_options):
        pytest.fail("it ran before it looked where to write")

    monkeypatch.setattr("hecon.evaluation.comparison.simulate", never)
    occupied = written(tmp_path, "occupied", "a file")
    for command in ("run", "report"):
        assert_refused(call(command, *SMALL, "--out", occupied / "below"), "--out", str(occupied))
    (tmp_path / "folder" / "results.nc").mkdir(parents=True)
    assert_refused(call("run", *SMALL, "--out", tmp_path / "folder"), "--out", "results.nc is a folder")
    assert_refused(call("report", *SMALL, "--out", tmp_path / "folder"), "--out", "folder is a folder")


@pytest.mark.parametrize("command", ["run", "report"])
def test_looking_where_to_write_creates_nothing(tmp_path, monkeypatch, command):
    """What stands while the model runs is what stood before."""
    before = sorted(tmp_path.rglob("*"))
    seen = []

    def look(*_args, **_options):
        seen.append(sorted(tmp_path.rglob("*")))
        raise KeyboardInterrupt

    monkeypatch.setattr("hecon.compare", look)
    call(command, *SMALL, "--out", tmp_path / "some" / "place" / "out")
    assert seen == [before]
    assert sorted(tmp_path.rglob("*")) == before


STOPPED = (
    "interrupted: nothing half-written is left; what was finished is kept, and the same command goes on from there"
)


@pytest.mark.parametrize("command", ["run", "report"])
def test_an_interrupt_leaves_no_file_and_exits_with_130(tmp_path, monkeypatch, command):
    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("hecon.evaluation.comparison.simulate", interrupted)
    result = call(command, *SMALL, "--out", tmp_path / "out" / "file.html")
    assert result.exit_code == 130
    assert result.stderr == f"{STOPPED}\n"
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.usefixtures("compared")
def test_an_interrupt_while_writing_keeps_the_file_that_was_there(tmp_path, monkeypatch):
    path = written(tmp_path, "report.html", "the old one")

    def interrupted(self, *_args, **_options):
        with Path(self).open("w", encoding="utf-8") as file:
            file.write("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", interrupted)
    assert call("report", *SMALL, "--out", path).exit_code == 130
    assert path.read_text(encoding="utf-8") == "the old one"
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "results.nc"]  # the run is kept before it is reported


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_stops_a_long_run_at_once(tmp_path):
    def listen():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it

    command = [sys.executable, "-m", "hecon", "run", "--draws", "3000", "--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen,  # noqa: PLW1509
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    with process:
        said = ""
        while "Probabilistic" not in said and process.poll() is None:  # until its bar shows that it runs
            said += process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert error.splitlines()[-1] == STOPPED
    assert "Traceback" not in error
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.suffix == ".npy" and path.parts[-3:-1][0] == "blocks" for path in left)


# Calibrate


@pytest.fixture
def never(monkeypatch):
    """No calibration, no solving and no checks begin."""
    for name in ("posterior.emulated", "refits.emulated", "tables.solve_table"):
        monkeypatch.setattr(f"hecon.calibration.{name}", lambda *_args, **_options: pytest.fail("it began"))


def test_calibrate_prints_published_and_fitted_figures(tmp_path, monkeypatch):
    from types import SimpleNamespace

    from hecon.calibration.figures import Data
    from hecon.inputs.targets import read_targets

    target = read_targets(shipped_folder())[0]
    fitted = SimpleNamespace(
        data=Data((target,), ((np.array([0]), np.array([[16.0]])),)),
        emulated=np.array([[target.value + 5.0, 1.0], [target.value + 7.0, 2.0]]),
        r_hat=np.array([1.001, 1.0234]),
        effective_size=np.array([812.9, 950.0]),
        emulator_error=np.array([0.123]),
    )
    seen = {}

    def made(folder, scenario, **options):
        seen.update(options, folder=folder, scenario=scenario)
        return {"trial": fitted, "other": fitted}

    monkeypatch.setattr("hecon.calibration.tables.make_tables", made)
    given = ("--rows", 17, "--people", 130, "--seed", 2, "--threads", 3, "--folder", shipped_folder())
    result = call("calibrate", *given, "--checkpoint", tmp_path, "--scenario", "frailty_off")
    assert result.exit_code == 0, result.output
    expected = {"rows": 17, "people": 130, "seed": 2, "threads": 3, "checkpoint": tmp_path, "progress": True}
    assert seen == {**expected, "folder": shipped_folder(), "scenario": "frailty_off"}
    lines = result.stdout.splitlines()
    assert [lines[0], lines[4]] == ["trial", "other"]
    assert lines[1].split() == ["figure", "published", "model", "errors", "off"]
    assert lines[2].split() == [target.name, "76", "82", "1.5"]
    assert lines[3] == (
        "R-hat at most 1.023, effective sample size at least 813, emulator off by at most 0.12 standard errors"
    )


def test_calibrate_asks_for_what_its_help_says_unless_told_otherwise(monkeypatch):
    seen = {}
    monkeypatch.setattr("hecon.calibration.tables.make_tables", lambda *_given, **options: seen.update(options) or {})
    assert call("calibrate").exit_code == 0
    assert seen == {
        "rows": 1000,
        "people": 20_000,
        "seed": hecon.SEED,
        "threads": None,
        "checkpoint": Path("results/calibration"),
        "progress": True,
    }
    text = call("calibrate", "--help").stdout
    for default in ("1000", "20000", str(hecon.SEED), "results/calibration"):
        assert f"[default: {default}" in text


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(("option", "value", "least"), [("rows", 9, 10), ("rows", -1, 10), ("people", 99, 100)])
def test_a_calibration_too_small_to_mean_anything_is_refused_before_it_begins(option, value, least):
    result = call("calibrate", f"--{option}", value)
    assert_refused(result)
    assert result.stderr == f"{option}: {value} is too few for a calibration: give {least} or more\n"


@pytest.mark.parametrize(("rows", "people"), [(10, 20_000), (2000, 100)])
def test_the_least_calibration_is_begun(monkeypatch, rows, people):
    def begun(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("hecon.calibration.posterior.emulated", begun)
    result = call("calibrate", "--rows", rows, "--people", people)
    assert result.exit_code == 130
    kept = "what was finished is kept, and the same command goes on from there"
    assert result.stderr.splitlines()[-1] == f"interrupted: nothing half-written is left; {kept}"


@pytest.mark.parametrize(
    ("command", "keeps"),
    [("sensitivity morris", True), ("sensitivity density", True), ("sensitivity one-way", False), ("export", False)],
)
def test_an_interrupt_says_what_is_kept_where_something_is(monkeypatch, command, keeps):
    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    for room in ("sensitivity", "decisions"):
        monkeypatch.setattr(sys.modules[f"hecon.cli.{room}"], "parameters_of", interrupted)
    result = call(*command.split())
    assert result.exit_code == 130
    (line,) = result.stderr.splitlines()
    assert line.startswith("interrupted: nothing half-written is left")
    assert ("what was finished is kept" in line) is keeps


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--scenario", "frailty_of"), "scenarios: 'frailty_of' is not one: the closest known name is frailty_off"),
        (
            ("--scenario", "no_effect"),
            "scenarios/no_effect.toml: has no table: it is run as it stands: leave --scenario no_effect out",
        ),
        (
            ("--scenario", "effect_priors_half"),
            "scenarios/effect_priors_half.toml: is made by `hecon calibrate` itself: "
            "leave --scenario effect_priors_half out",
        ),
        (("--checks", "--scenario", "frailty_off"), "--checks: they are of the base case: leave --scenario out"),
    ],
)
def test_a_table_that_cannot_be_made_is_refused_in_one_line(options, line):
    result = call("calibrate", *options)
    assert_refused(result)
    assert result.stderr == f"{line}\n"


@pytest.mark.usefixtures("never")
def test_calibrate_names_a_folder_that_is_not_there(tmp_path):
    assert_refused(call("calibrate", "--folder", tmp_path / "none"), "none")
    assert_refused(call("calibrate", "--checks", "--folder", tmp_path / "none"), "none")


def test_calibrate_refuses_a_seed_that_no_generator_takes(tmp_path):
    result = call("calibrate", "--seed", -1, "--people", 100, "--checkpoint", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("seed: -1 is out of range")  # after the bar that had begun
    assert list(tmp_path.iterdir()) == []


def test_calibrate_checks_and_says_where(tmp_path, monkeypatch):
    seen = {}

    def made(folder, **options):
        seen.update(options, folder=folder)
        return folder / "calibrated" / "trial_checks.json"

    monkeypatch.setattr("hecon.calibration.tables.make_checks", made)
    result = call("calibrate", "--checks", "--people", 130, "--seed", 4, "--folder", tmp_path, "--checkpoint", tmp_path)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Checks: {tmp_path / 'calibrated' / 'trial_checks.json'}\n"
    expected = {"people": 130, "seed": 4, "threads": None, "checkpoint": tmp_path, "progress": True}
    assert seen == {**expected, "folder": tmp_path}
