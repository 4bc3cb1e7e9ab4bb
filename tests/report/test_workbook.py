"""The workbook as LibreOffice works it out: from formulas alone, it comes to Python's figures."""

import datetime as dt
import shutil
import subprocess
import zipfile
from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from hecon.evaluation import results
from hecon.evaluation.account import account, delivery_rate, lines
from hecon.evaluation.cea import incremental, net_monetary_benefit, probability_best
from hecon.evaluation.pairs import paired
from hecon.inputs.parameters import read_parameters
from hecon.model.cohort import read_cohort
from hecon.model.ledger import PERSPECTIVES, costs
from hecon.model.programs import RESOURCE_NAMES, RESOURCES
from hecon.model.simulation import simulate
from hecon.report.formats import write_report
from hecon.report.sheets.live import Live

CLOSE = 1e-9
CHANGED = {"caseworker_hour": 700.0, "overhead_share": 0.4, "cost_of_public_funds": 0.3, "participant_trip": 100.0}
WTP = 2000.0


@pytest.fixture(scope="session")
def written(whole, tmp_path_factory):
    """Workbooks as hecon writes them, one a language."""
    folder = tmp_path_factory.mktemp("workbooks")
    return {lang: write_report(whole, folder / f"{lang}.xlsx", lang=lang) for lang in ("en", "nb")}


@pytest.fixture(scope="session")
def worked_out(written, tmp_path_factory):
    """What LibreOffice makes of formulas whose results were thrown away: as they are, changed, and in Norwegian."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    folder = tmp_path_factory.mktemp("office")
    asked = {"en": ("en", {}), "nb": ("nb", {}), "changed": ("en", {**CHANGED, "willingness_to_pay": WTP})}
    for name, (language, inputs) in asked.items():
        book = openpyxl.load_workbook(written[language])  # saved again, formulas stand without results
        for key, value in inputs.items():
            sheet, cell = next(book.defined_names[key].destinations)
            book[sheet][cell.replace("$", "")] = value
        book.save(folder / f"{name}.xlsx")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    files = [str(folder / f"{name}.xlsx") for name in asked]
    out = folder / "out"
    command = [office, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out)]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=300)
    return {name: openpyxl.load_workbook(out / f"{name}.xlsx", data_only=True) for name in asked}


def formulas(book):
    """Every cell with a formula, as (sheet, address)."""
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if hasattr(cell.value, "text") or (isinstance(cell.value, str) and cell.value.startswith("=")):
                    yield sheet.title, cell.coordinate


def table(book, sheet, *, column, head):
    """Rows under a head, by their names, until a row without one."""
    rows = list(book[sheet].iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[column] == head)
    found = {}
    for row in rows[start + 1 :]:
        if row[0] is None:
            return found
        found[row[0]] = row[column]
    return found


@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_formula_comes_to_what_stands_with_it(written, worked_out, language):
    before = openpyxl.load_workbook(written[language], data_only=True)
    cells = list(formulas(openpyxl.load_workbook(written[language])))
    assert len(cells) > 10_000
    for sheet, address in cells:
        stood, came = (book[sheet][address].value for book in (before, worked_out[language]))
        if isinstance(stood, float | int) and not isinstance(stood, bool):
            assert came == pytest.approx(stood, rel=CLOSE, abs=CLOSE), (sheet, address)
        else:
            assert (came or "") == (stood or ""), (sheet, address)


def test_no_cell_is_an_error(worked_out):
    for book in worked_out.values():
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                assert not any(isinstance(value, str) and value.startswith("#") for value in row), (sheet.title, row)


@pytest.mark.parametrize(("language", "good"), [("en", "All checks pass"), ("nb", "Alle kontroller er bestått")])
def test_all_checks_pass(worked_out, language, good):
    book = worked_out[language]
    said = [value for row in book.worksheets[0].iter_rows(values_only=True) for value in row]
    assert good in said
    verdicts = [row[1] for row in book.worksheets[-1].iter_rows(min_row=5, values_only=True) if row[3]]
    assert len(verdicts) >= 12
    assert set(verdicts) == {"passes" if language == "en" else "bestått"}


def test_the_ledger_is_python_s(whole, worked_out):
    flows = table(worked_out["en"], "Ledger", column=1 + 2 + 4, head=whole.label(whole.comparator))
    base = whole.base["money"].sel(horizon=results.YEAR_1, strategy=whole.comparator)
    assert flows["Sick pay"] == pytest.approx(float(base.sel(flow="sick_pay")), rel=CLOSE)
    assert flows["Income tax"] == pytest.approx(float(base.sel(flow="income_tax")), rel=CLOSE)
    assert flows["Cost of public funds"] == pytest.approx(float(base.sel(flow="cost_of_public_funds")), rel=CLOSE)


def test_changed_prices_move_results_as_the_model_does(whole, worked_out):
    values, drawn = whole.parameters.base_case().one(0), whole.parameters.sample(whole.draws, whole.record["seed"])
    inputs = drawn.replaced({name: drawn[name] * (new / values[name]) for name, new in CHANGED.items()})
    sizes = {"people": whole.record["people_per_draw"], "weeks": 52, "seed": whole.record["seed"]}
    run = simulate(inputs, whole.strategies, **sizes)
    spent, avoided = paired(run, "days", comparator=whole.comparator)
    benefit = incremental(net_monetary_benefit(spent, avoided, WTP), whole.comparator).mean("draw")
    cost = costs(results.per_person(run)["money"].sel(year=1, drop=True))
    gain, best = -incremental(cost, whole.comparator).mean("draw"), probability_best(cost)
    rows = list(worked_out["changed"]["Results"].iter_rows(values_only=True))
    heads = {row[0]: i for i, row in enumerate(rows) if isinstance(row[0], str)}
    for place, name in enumerate(whole.strategies, start=1):
        under = heads["Net benefit at the willingness to pay, NOK"] + place
        assert rows[under][7] == pytest.approx(float(benefit.sel(strategy=name)), rel=CLOSE, abs=1e-6)
        for perspective in PERSPECTIVES:
            row = rows[heads[f"{perspective.label}: gain in money"] + 1 + place]
            expected = gain.sel(perspective=perspective.name, strategy=name)
            assert row[0] == whole.label(name)
            assert row[7] == pytest.approx(float(expected), rel=CLOSE, abs=1e-6)
            assert row[5] == pytest.approx(float(best.sel(perspective=perspective.name, strategy=name)))
    moved = whole.base["cost"].sel(perspective="society", horizon=results.YEAR_1, strategy=whole.programs[0])
    assert float(moved) != pytest.approx(float(cost.sel(perspective="society", strategy=whole.programs[0]).mean()))


def test_checks_against_python_wait_when_an_input_is_changed(worked_out):
    verdicts = [row[1] for row in worked_out["changed"]["Checks"].iter_rows(min_row=5, values_only=True) if row[3]]
    assert "fails" not in verdicts
    assert {"waits: inputs changed", "passes"} == set(verdicts)


def test_two_workbooks_are_the_same_bytes(whole, written, tmp_path):
    assert write_report(whole, tmp_path / "again.xlsx").read_bytes() == written["en"].read_bytes()


def test_sheets_have_names_in_the_language(written):
    english, bokmal = (openpyxl.load_workbook(written[lang], read_only=True).sheetnames for lang in ("en", "nb"))
    assert english[:3] == ["Read me", "Inputs", "Results"]
    assert bokmal[:3] == ["Les meg", "Inndata", "Resultater"]
    assert len(english) == len(set(bokmal)) == 12


def test_no_link_leads_out_and_no_macro_stands_in_it(written):
    with zipfile.ZipFile(written["en"]) as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower() or "vba" in name.lower()]
        assert not any(b'TargetMode="External"' in parts.read(name) for name in parts.namelist())


@pytest.mark.parametrize("date", ["2025-07-01", "2023-07-01"])
def test_every_flow_is_quantities_times_rates(date):
    parameters = read_parameters(dt.date.fromisoformat(date))
    sizes = {"people": 300, "seed": 7}
    run = simulate(parameters.base_case(), weeks=52, by="person", **sizes)
    values, counted = parameters.base_case().one(0), account(parameters, run, **sizes)
    money = run["money"].isel(draw=0, year=0).mean("subgroup")
    total = {}
    for line in lines(values):
        part = line.rate(values) * counted["quantity"].sel(item=line.quantity)
        total[line.flow] = total.get(line.flow, 0.0) + part
    for name in RESOURCE_NAMES:
        flow = RESOURCES[name].flow
        total[flow] = total.get(flow, 0.0) + delivery_rate(name)(values) * counted["delivered"].sel(resource=name)
    assert len(total) == money.sizes["flow"] - 1  # public funds are a share of the others
    for flow, amount in total.items():
        np.testing.assert_allclose(amount, money.sel(flow=flow), rtol=1e-11, atol=1e-9, err_msg=flow)


def test_people_of_a_user_are_not_shown_one_by_one(whole, tmp_path):
    frame = tmp_path / "people.csv"
    rows = [
        "age,sex,start,weeks_sick_listed,wage",
        "41,man,full_sick_leave,8,500000",
        "52,woman,graded_sick_leave,9,7e5",
    ]
    frame.write_text("\n".join(rows), encoding="utf-8")
    cohort = read_cohort(frame)
    run = simulate(whole.parameters.base_case(), whole.strategies, weeks=52, by="person", cohort=cohort, seed=7)
    own = account(whole.parameters, run, people=2, seed=7, cohort=cohort)
    assert not [name for name in (*own, *own.dims) if "person" in name or name == "someone"]
    path = write_report(replace(whole, account=own), tmp_path / "own.xlsx")
    book = openpyxl.load_workbook(path, read_only=True)
    assert not {"Rules", "People"} & set(book.sheetnames)
    assert any("a user's own" in str(row) for row in book["Read me"].iter_rows(values_only=True))


def test_a_formula_keeps_its_brackets():
    a, b = Live("a", 2.0), Live("b", 3.0)
    assert (a - (b - a)).formula == "a-(b-a)"
    assert (1.0 - a * b).formula == "1-a*b"
    assert ((1.0 + a) * (1.0 + b)).formula == "(1+a)*(1+b)"
    assert ((1.0 + a) * (1.0 + b)).value == 12.0
