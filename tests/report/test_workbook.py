"""The workbook as LibreOffice works it out: from formulas alone, it comes to Python's figures."""

import datetime as dt
import shutil
import subprocess
import zipfile
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from threadpoolctl import threadpool_limits

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
from hecon.report.numbers import rounded
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
    return {name: cells(out / f"{name}.xlsx") for name in asked}


def cells(path, *, data_only=True):
    """Every sheet's rows of values, or of formulas, read once."""
    book = openpyxl.load_workbook(path, data_only=data_only, read_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def table(book, sheet, *, column, head):
    """Rows under a head, by their names, until a row without one."""
    rows = book[sheet]
    start = next(i for i, row in enumerate(rows) if row[column] == head)
    found = {}
    for row in rows[start + 1 :]:
        if row[0] is None:
            return found
        found[row[0]] = row[column]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_formula_comes_to_what_stands_with_it(written, worked_out, language):
    before, after = cells(written[language]), worked_out[language]
    compared = 0
    for sheet, rows in cells(written[language], data_only=False).items():
        for down, row in enumerate(rows):
            for across, formula in enumerate(row):
                if not (isinstance(formula, str) and formula.startswith("=")):
                    continue
                compared += 1
                stood, came = before[sheet][down][across], after[sheet][down][across]
                if isinstance(stood, float | int) and not isinstance(stood, bool):
                    assert abs(came - stood) <= max(CLOSE * abs(stood), CLOSE), (sheet, down + 1, across + 1)
                else:
                    assert (came or "") == (stood or ""), (sheet, down + 1, across + 1)
    assert compared > 10_000


@pytest.mark.slow
def test_no_cell_is_an_error(worked_out):
    for book in worked_out.values():
        for title, rows in book.items():
            for row in rows:
                assert not any(isinstance(value, str) and value.startswith("#") for value in row), (title, row)


@pytest.mark.slow
@pytest.mark.parametrize(("language", "good"), [("en", "All checks pass"), ("nb", "Alle kontroller er bestått")])
def test_all_checks_pass(worked_out, language, good):
    first, *_, last = worked_out[language].values()
    assert good in [value for row in first for value in row]
    verdicts = [row[1] for row in last[4:] if row[3]]
    assert len(verdicts) >= 12
    assert set(verdicts) == {"passes" if language == "en" else "bestått"}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_workbook_can_be_printed(written, tmp_path, language):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(written[language])]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert (tmp_path / f"{language}.pdf").read_bytes().startswith(b"%PDF")


def test_the_inputs_print_one_page_wide_and_can_be_read(written):
    page = openpyxl.load_workbook(written["en"])["Inputs"]
    assert page.page_setup.fitToHeight == 0
    assert page.print_title_rows == "$4:$4"
    widths = [dimension.width for dimension in page.column_dimensions.values()]
    assert sum(widths) < 210  # a page across holds about 140 letters in full size


@pytest.mark.parametrize(("language", "said"), [("en", "does not follow Inputs"), ("nb", "følger ikke Inndata")])
def test_the_answer_says_that_it_is_of_the_run(written, language, said):
    book = openpyxl.load_workbook(written[language], read_only=True)
    assert said in str(list(book.worksheets[0].iter_rows(max_row=14, values_only=True)))


@pytest.mark.slow
def test_the_ledger_is_python_s(whole, worked_out):
    flows = table(worked_out["en"], "Ledger", column=1 + 2 + 4, head=whole.label(whole.comparator))
    base = whole.base["money"].sel(horizon=results.YEAR_1, strategy=whole.comparator)
    assert flows["Sick pay"] == pytest.approx(float(base.sel(flow="sick_pay")), rel=CLOSE)
    assert flows["Income tax"] == pytest.approx(float(base.sel(flow="income_tax")), rel=CLOSE)
    assert flows["Cost of public funds"] == pytest.approx(float(base.sel(flow="cost_of_public_funds")), rel=CLOSE)


@pytest.mark.slow
def test_changed_prices_move_results_as_the_model_does(whole, worked_out):
    values, drawn = whole.parameters.base_case().one(0), whole.parameters.sample(whole.draws, whole.record["seed"])
    inputs = drawn.replaced({name: drawn[name] * (new / values[name]) for name, new in CHANGED.items()})
    sizes = {"people": whole.record["people_per_draw"], "weeks": 52, "seed": whole.record["seed"]}
    run = simulate(inputs, whole.strategies, **sizes)
    spent, avoided = paired(run, "days", comparator=whole.comparator)
    benefit = incremental(net_monetary_benefit(spent, avoided, WTP), whole.comparator).mean("draw")
    cost = costs(results.per_person(run)["money"].sel(year=1, drop=True))
    gain, best = -incremental(cost, whole.comparator).mean("draw"), probability_best(cost)
    rows = worked_out["changed"]["Results"]
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


@pytest.mark.slow
def test_checks_against_python_wait_when_an_input_is_changed(worked_out):
    verdicts = [row[1] for row in worked_out["changed"]["Checks"][4:] if row[3]]
    assert "fails" not in verdicts
    assert {"waits: inputs changed", "passes"} == set(verdicts)


def test_a_label_is_a_text_whatever_it_begins_with(whole, tmp_path):
    labels = {"early_follow_up": "=1+1", "coordinated_return_to_work": "https://x.example"}
    known = whole.parameters.programs
    programs = {
        **known,
        **{name: known[name].model_copy(update={"label": label}) for name, label in labels.items() if name in known},
    }
    odd = replace(whole, parameters=replace(whole.parameters, programs=programs))
    path = write_report(odd, tmp_path / "odd.xlsx", '=HYPERLINK("https://y.example")')
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}
    assert not [name for name, text in parts.items() if 'TargetMode="External"' in text or "<f>1+1</f>" in text]
    assert not [name for name, text in parts.items() if "<f>HYPERLINK" in text]
    shown = {programs[name].label for name in whole.strategies} & set(labels.values())
    assert shown
    for label in shown:
        assert f">{label}<" in parts["xl/sharedStrings.xml"]


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


@pytest.mark.slow
def test_what_is_counted_does_not_depend_on_threads():
    parameters, sizes = read_parameters(), {"people": 20_000, "seed": 7}  # BLAS parts sums of more than 10,000
    strategies = ("usual_case_management", "early_follow_up")
    run = simulate(parameters.base_case(), strategies, weeks=52, by="person", **sizes)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(account(parameters, run, **sizes))
    assert found[0].identical(found[1])


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


@pytest.mark.parametrize(
    ("column", "head", "asked", "ratio", "error"),
    [
        (3, "NOK per day, against usual case management", results.cost_per_day, "ratio", "ratio_error"),
        (4, "NOK per day, along the frontier", results.program_icers, "icer", "icer_error"),
    ],
)
def test_the_cost_of_a_day_has_the_digits_that_its_error_supports(whole, worked_out, column, head, asked, ratio, error):
    found = table(worked_out["en"], "Results", column=column, head=head)
    known = [row for row in asked(whole).to_dict("records") if np.isfinite(row[ratio])]
    assert known
    for row in known:
        assert found[whole.label(row["strategy"])] == rounded(row[ratio], row[error])
