"""`hecon cea` and `hecon export` as a user meets them: what they print and write, and how they refuse."""

import hashlib
import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy.stats import norm

import hecon
from hecon.cli import main
from hecon.evaluation.pairs import PAIRS

COSTS = "usual care,new drug,surgery\n100,150,400\n110,140,410\n90,160,420\n"
EFFECTS = "usual care,new drug,surgery\n1,2,2.1\n1.5,2.5,2.4\n0.9,1.7,2.9\n"
PARAMETERS = 'rate,"cost, a day",flat\n0.1,10,1\n0.2,20,1\n0.3,15,1\n'


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="hecon")


@pytest.fixture
def files(tmp_path):
    """The three files, small."""
    for name, text in (("costs", COSTS), ("effects", EFFECTS), ("parameters", PARAMETERS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def cea(folder, *options):
    """Analyse the files of a folder."""
    return call("cea", folder / "costs.csv", folder / "effects.csv", "--quiet", *options)


def content(folder, *options):
    """What the JSON says."""
    result = cea(folder, "--json", folder / "out.json", *options)
    assert result.exit_code == 0, result.output
    return json.loads((folder / "out.json").read_text(encoding="utf-8"))


def assert_refused(result, *named):
    """Assert exit code 2 and one line that names what is wrong."""
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    for words in named:
        assert words in line


# What it says


def test_a_summary_is_printed_whatever_is_written(files):
    plain = cea(files)
    assert plain.exit_code == 0
    for words in ("3 strategies, 3 draws; compared with usual care", "ICER", "EVPI", "surgery"):
        assert words in plain.output
    assert plain.stderr == ""
    written = cea(files, "--json", files / "x.json", "--html", files / "x.html")
    assert written.output.startswith(plain.output)
    assert (files / "x.json").is_file()
    assert (files / "x.html").is_file()
    assert sorted(path.name for path in files.iterdir()) == [
        "costs.csv",
        "effects.csv",
        "parameters.csv",
        "x.html",
        "x.json",
    ]


def test_by_hand(files):
    said = content(files, "--wtp", "0,100", "--comparator", "new drug")
    assert said["strategies"] == ["usual care", "new drug", "surgery"]
    assert said["wtp"] == [0, 100]
    assert said["nmb"]["usual care"] == [-100, pytest.approx(-100 + 100 * 3.4 / 3)]
    assert said["ceac"] == {"usual care": [1, 0], "new drug": [0, 1], "surgery": [0, 0]}
    assert said["ceaf"] == [1, 1]
    assert said["evpi"] == [0, 0]
    assert said["eib"]["new drug"] == [0, 0]
    assert said["eib"]["surgery"][0] == pytest.approx(-260)
    assert said["expected_loss"]["new drug"] == [50, 0]
    assert [row["strategy"] for row in said["pairwise"]] == ["usual care", "surgery"]
    assert {row["comparator"] for row in said["pairwise"]} == {"new drug"}
    first, second, third = said["icer_table"]
    assert (first["strategy"], second["strategy"], third["strategy"]) == ("usual care", "new drug", "surgery")
    assert second["icer"] == pytest.approx(50 / (6.2 / 3 - 3.4 / 3))
    assert third["icer"] == pytest.approx(260 / (7.4 / 3 - 6.2 / 3))
    assert said["evppi"] == {}


def test_the_default_grid_and_comparator(files):
    said = content(files)
    assert len(said["wtp"]) == 41
    assert said["wtp"][0] == 0
    largest = said["icer_table"][2]["icer"]
    assert 2 * largest <= said["wtp"][-1] <= 4 * largest
    assert said["pairwise"][0]["comparator"] == "usual care"


def test_every_parameter_or_those_asked(files):
    parameters = ("--parameters", files / "parameters.csv")
    assert list(content(files, *parameters)["evppi"]) == ["rate", "cost, a day", "flat"]
    asked = content(files, *parameters, "--evppi", "cost, a day", "--evppi", "rate,cost, a day")["evppi"]
    assert list(asked) == ["cost, a day", "rate,cost, a day"]
    assert content(files, *parameters, "--evppi", "flat")["evppi"]["flat"]["value"] == [0] * 41


def test_the_same_bytes_each_time(files):
    for kind in ("json", "html"):
        made = []
        for name in ("a", "b"):
            path = files / f"{name}.{kind}"
            assert cea(files, "--parameters", files / "parameters.csv", f"--{kind}", path).exit_code == 0
            made.append(path.read_bytes())
        assert made[0] == made[1]


def test_names_keep_their_spaces_quotes_and_letters(tmp_path):
    head = '"a ""new"" drug, twice",blåbær <b> & $x$\n'
    (tmp_path / "costs.csv").write_text(head + "1,2\n2,3\n", encoding="utf-8")
    (tmp_path / "effects.csv").write_text(head + "1,2\n2,2\n", encoding="utf-8")
    said = content(tmp_path, "--html", tmp_path / "out.html")
    assert said["strategies"] == ['a "new" drug, twice', "blåbær <b> & $x$"]
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "<b> &" not in page
    assert "blåbær &lt;b&gt; &amp; $x$" in page


def test_the_normal_problem_from_end_to_end(tmp_path):
    draws, extra, gain, sd = 1000, 1000.0, 0.1, 0.06
    random = np.random.default_rng(8)
    x = random.permutation(norm.ppf((np.arange(draws) + 0.5) / draws))
    y = random.permutation(norm.ppf((np.arange(draws) + 0.5) / draws))
    more = gain + sd * x + sd * y
    pd.DataFrame({"A": np.zeros(draws), "B": np.full(draws, extra)}).to_csv(tmp_path / "costs.csv", index=False)
    pd.DataFrame({"B": more, "A": np.zeros(draws)}).to_csv(tmp_path / "effects.csv", index=False)
    pd.DataFrame({"x": x, "y": y}).to_csv(tmp_path / "parameters.csv", index=False)
    said = content(tmp_path, "--wtp", "10000,15000", "--parameters", tmp_path / "parameters.csv", "--evppi", "x")
    assert list(said["evppi"]) == ["x"]
    for i, wtp in enumerate((10_000, 15_000)):
        mean = wtp * gain - extra
        for found, spread, error in (
            (said["evpi"][i], wtp * sd * math.sqrt(2), 4 * wtp * sd * math.sqrt(2) / math.sqrt(draws)),
            (said["evppi"]["x"]["value"][i], wtp * sd, 4 * said["evppi"]["x"]["se"][i]),
        ):
            away = mean / spread
            assert found == pytest.approx(spread * (norm.pdf(away) - away * norm.sf(away)), abs=error)
        assert said["ceac"]["B"][i] == pytest.approx(norm.cdf(mean / (wtp * sd * math.sqrt(2))), abs=0.065)


def page():
    """The page on anybody's model."""
    return (Path(__file__).parents[1] / "docs" / "any_model.md").read_text(encoding="utf-8")


def test_the_page_and_the_help_name_every_pair():
    told = " ".join(call("export", "--help").output.split())
    (table,) = re.findall(r"\| pair \|.*", page(), flags=re.DOTALL)
    for name in PAIRS:
        assert f"`{name}`" in table
        assert re.search(rf"\b{name}\b", told)


def test_the_page_names_every_key_of_the_json(files):
    (table,) = re.findall(r"\| key \|.*?\n\n", page(), flags=re.DOTALL)
    keys = re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in table.splitlines() if line))
    assert keys == list(content(files))


# What it refuses


def test_options_that_cannot_be(files):
    assert_refused(cea(files, "--comparator", "new drg"), "--comparator", "'new drg'", "new drug")
    assert_refused(cea(files, "--evppi", "rate"), "--evppi", "--parameters")
    parameters = ("--parameters", files / "parameters.csv")
    assert_refused(cea(files, *parameters, "--evppi", "raet"), "--evppi", "'raet'", "rate")
    assert_refused(cea(files, *parameters, "--evppi", "rate,,flat"), "--evppi", "no name")


@pytest.mark.parametrize("wtp", ["much", "1,two", "-5", "nan", "inf", "1e99", "", "1,,2", "20 000"])
def test_a_willingness_to_pay_that_is_none(files, wtp):
    assert_refused(cea(files, "--wtp", wtp), "--wtp")


@pytest.mark.parametrize("wtp", ["5,000", "0,20,000", "20,000,50,000", "1,050"])
def test_thousands_parted_by_commas_are_not_taken_for_two_amounts(files, wtp):
    assert_refused(cea(files, "--wtp", wtp), "--wtp", f"'{wtp}'", "plain digits")


def test_the_order_and_the_repeats_of_willingness_to_pay_are_kept(files):
    said = content(files, "--wtp", "100,0,500,0,12,500")
    assert said["wtp"] == [100, 0, 500, 0, 12, 500]
    assert said["nmb"]["usual care"][1] == said["nmb"]["usual care"][3] == -100


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which not even root makes a file")
@pytest.mark.parametrize("option", ["--json", "--html"])
def test_places_are_tried_before_anything_is_computed(files, option, monkeypatch):
    def computed(*_args, **_options):
        raise AssertionError

    monkeypatch.setattr("hecon.evaluation.decision.decide", computed)
    assert_refused(cea(files, option, "/proc/x.json"), f"{option}: /proc/x.json cannot be written")
    assert_refused(cea(files, option, files / ("long" * 80)), option, "cannot be written", "too long")
    assert_refused(cea(files, option, "-"), f"{option}: '-'", "name a file")
    assert len(list(files.iterdir())) == 3


def test_what_is_left_out_is_where_it_was_written(files):
    draws = np.random.default_rng(4).normal(size=(200, 2))
    pd.DataFrame(draws, columns=["x", "y"]).to_csv(files / "parameters.csv", index=False)
    pd.DataFrame({"a": np.zeros(200), "b": 30.0 * draws[:, 0]}).to_csv(files / "costs.csv", index=False)
    pd.DataFrame({"a": np.zeros(200), "b": np.zeros(200)}).to_csv(files / "effects.csv", index=False)
    asked = ("--parameters", files / "parameters.csv", "--wtp", "0")
    assert "(1 other; --json and --html have all)" in cea(files, *asked).output
    assert "(1 other, in the JSON)" in cea(files, *asked, "--json", files / "x.json").output
    both = cea(files, *asked, "--json", files / "x.json", "--html", files / "x.html").output
    assert "(1 other, in the JSON and the report)" in both


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_places_that_cannot_be_written(files, option):
    assert_refused(cea(files, option, files), option, "is a folder")
    assert_refused(cea(files, option, files / "costs.csv" / "x"), option, "cannot be written")
    assert_refused(cea(files, option, files / "costs.csv"), option, "costs.csv", "choose another place")
    assert_refused(cea(files, option, "/dev/null"), option, "/dev/null", "choose another place")
    assert (files / "costs.csv").read_text(encoding="utf-8") == COSTS


def test_two_files_in_one_place(files):
    same = cea(files, "--json", files / "x", "--html", files / "sub" / ".." / "x")
    assert_refused(same, "--html", "the file of --json")


def test_faults_in_the_files_leave_nothing(files):
    (files / "costs.csv").write_text("usual care,new drug,surgery\n100,150,400\n110,,410\n1,2,3\n", encoding="utf-8")
    assert_refused(cea(files, "--json", files / "x.json"), "costs.csv", "row 2", "'new drug'")
    assert not (files / "x.json").exists()
    assert_refused(call("cea", files / "no.csv", files / "effects.csv"), "no.csv", "no such file")
    assert_refused(call("cea", files, files / "effects.csv"), "is a folder")


# hecon's own draws


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    small = ("--draws", "12", "--people", "60", "--seed", "5", "--quiet")
    assert call("export", "--out", folder, *small).exit_code == 0
    return folder


def test_what_is_exported(exported):
    there = sorted(path.name for path in exported.iterdir())
    assert there == ["README.txt", "costs.csv", "effects.csv", "parameters.csv"]
    costs, effects, parameters = (pd.read_csv(exported / f"{name}.csv") for name in ("costs", "effects", "parameters"))
    assert list(costs.columns) == list(effects.columns) == list(hecon.model.simulation.STRATEGIES)
    assert len(costs) == len(effects) == len(parameters) == 12
    assert (effects.iloc[:, 0] == 0).all()
    assert (parameters != parameters.iloc[0]).any().all()
    assert "caseworker_hour" in parameters.columns
    told = (exported / "README.txt").read_text(encoding="utf-8")
    for words in ("BCEA", "dampack", "SAVI", "Seed: 5", "NOK of 2025 per person", "days on benefit avoided"):
        assert words in told


def test_the_round_trip_gives_the_frontier_of_the_run(exported):
    said = json.loads(json.dumps(content(exported, "--parameters", exported / "parameters.csv", "--evppi", "gp_hour")))
    run = hecon.simulate(hecon.read_parameters().sample(12, 5), people=60, weeks=52, seed=5)
    cost, effect = hecon.evaluation.pairs.paired(run, "days")
    there = hecon.icer_table(cost, effect)
    assert [row["strategy"] for row in said["icer_table"]] == there["strategy"].tolist()
    assert [row["status"] for row in said["icer_table"]] == there["status"].tolist()
    for row, truth in zip(said["icer_table"], there.to_dict("records"), strict=True):
        for key in ("cost", "effect", "icer"):
            assert row[key] == pytest.approx(truth[key], rel=1e-8, abs=1e-8) or math.isnan(truth[key])


def test_numbers_are_written_with_ten_digits(exported):
    cells = re.findall(r"[\d.]+", (exported / "costs.csv").read_text(encoding="utf-8"))
    assert max(len(cell.replace(".", "").strip("0")) for cell in cells) == 10


def test_the_parameters_of_the_calibrated_block_are_those_drawn(exported):
    inputs = hecon.read_parameters().sample(12, 5)
    table = pd.read_csv(exported / "parameters.csv")
    block = [entry.name for entry in hecon.read_parameters().entries.values() if entry.block]
    shown = [name for name in block if name in table.columns]
    assert len(shown) > 5
    for name in [*shown, "gp_hour"]:
        np.testing.assert_allclose(table[name], inputs[name], rtol=1e-9)


def test_a_pair_of_money_alone_says_so(tmp_path):
    small = ("--draws", "3", "--people", "20", "--quiet", "--strategy", "usual_case_management")
    result = call("export", "--pair", "society", "--out", tmp_path, *small, "--strategy", "early_follow_up")
    assert result.exit_code == 0, result.output
    assert (pd.read_csv(tmp_path / "effects.csv") == 0).all(axis=None)
    assert "0 throughout" in (tmp_path / "README.txt").read_text(encoding="utf-8")
    assert cea(tmp_path).exit_code == 0


def test_the_same_export_is_the_same_bytes(exported, tmp_path):
    assert call("export", "--out", tmp_path, "--draws", 12, "--people", 60, "--seed", 5, "--threads", 1).exit_code == 0
    for path in exported.glob("*.*"):
        if path.suffix in {".csv", ".txt"} and path.name != "out.json":
            digests = [hashlib.sha256((folder / path.name).read_bytes()).digest() for folder in (exported, tmp_path)]
            assert digests[0] == digests[1], path.name


def test_exports_that_cannot_be(tmp_path):
    assert_refused(call("export", "--pair", "dasy", "--out", tmp_path), "'dasy'", "days")
    assert_refused(call("export", "--draws", 1, "--out", tmp_path), "--draws")
    assert_refused(
        call("export", "--strategy", "early_follow_up", "--out", tmp_path), "early_follow_up", "at least two"
    )
    (tmp_path / "file").write_text("")
    assert_refused(call("export", "--out", tmp_path / "file"), "cannot be written")
