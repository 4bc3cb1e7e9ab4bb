"""The gallery: one page an analysis, written from its docstring, its committed results and its script."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from hecon.report.numbers import interval, number, plus_minus

if TYPE_CHECKING:
    from collections.abc import Callable

ANALYSES = Path(__file__).parents[1] / "analyses"
RESULTS = ANALYSES / "results"
UP = "../../../analyses"
PARTIES = {
    "nav": "NAV",
    "public_purse": "public purse",
    "employer": "employer",
    "worker": "worker",
    "society": "society",
}
Said = tuple[str, pd.DataFrame]


@dataclass(frozen=True)
class Analysis:
    """A script of `analyses/`: what it found, as a sentence and a table, and its figures with what they show."""

    found: Callable[[], Said]
    figures: dict[str, str]


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(RESULTS / f"{name}.csv")


def _amount(row: pd.Series, value: str, error: str, low: str = "", high: str = "") -> str:
    mean = f"{number(row[value], row[error])} {plus_minus(row[error])}".strip()
    return f"{mean} ({interval(row[low], row[high], row[error])})" if low else mean


def _by_party(rows: pd.DataFrame, *, index: str, party: str) -> pd.DataFrame:
    """Give the texts of rows with a column for every party."""
    wide = rows.pivot_table(index=index, columns=party, values="text", aggfunc="first", sort=False)
    wide = wide[list(PARTIES)].rename(columns=PARTIES)
    wide.index = wide.index.str.replace("_", " ")
    return wide.reset_index()


def compare_programs() -> Said:
    """Society's gain from every program."""
    rows = _table("compare_programs").sort_values("gain_society", ascending=False)
    above, below = (rows["gain_society_low"] > 0).sum(), (rows["gain_society_high"] < 0).sum()
    said = (
        f"Of {len(rows)} programs beside usual case management, {above} have a 95% interval of society's gain that is "
        f"above 0 and {below} one that is below; of the others not even the sign is sure. What the effects rest on "
        "differs as much as the gains do: read the grade beside each."
    )
    cells = {
        "program": rows["label"],
        "offered to": rows["offered_to"],
        "effect rests on": rows["grade"],
        "gain to society, NOK per person offered (95% interval)": [
            _amount(row, "gain_society", "gain_society_error", "gain_society_low", "gain_society_high")
            for _, row in rows.iterrows()
        ],
        "worth it in": [f"{100 * share:.0f}% of draws" for share in rows["worth"]],
    }
    return said, pd.DataFrame(cells)


def break_even() -> Said:
    """What effect would make a program pay."""
    rows = _table("break_even").query("perspective == 'society' and quantity == 'effect'").sort_values("value")
    reached = int((rows["now"] > rows["value"]).sum())
    said = (
        f"On those it reaches, a program has to multiply the hazard of return by {number(rows['value'].min())} to "
        f"{number(rows['value'].max())} to be worth its cost to society within 12 months, depending on what it takes; "
        f"{reached} of {len(rows)} are expected to."
    )
    cells = {
        "program": rows["label"],
        "ratio needed (95% interval of draws)": [
            f"{number(row['value'], row['error'])} ({row['low']:.2f} to {row['high']:.2f})"
            for _, row in rows.iterrows()
        ],
        "days it avoids then": [number(row["days_avoided"], row["days_error"]) for _, row in rows.iterrows()],
        "ratio now": [number(value) for value in rows["now"]],
    }
    return said, pd.DataFrame(cells)


def targeting() -> Said:
    """Whom to offer a program."""
    rows = _table("targeting")
    first = rows[rows["case"] == "motivational_interviewing"]
    best = first.loc[first["gain"].idxmax()]
    said = (
        f"For motivational interviewing in the base case the best of {len(first)} rules is *{best['label']}*. Under "
        "other evidence it may be another: the table gives the best rule in each case beside offering it to "
        "everybody. A rule's lead is partly luck; *honest* is what it gains on draws that it was not chosen on."
    )
    cells = []
    for case, group in rows.groupby("case", sort=False):
        leader, everybody = group.loc[group["gain"].idxmax()], group[group["rule"] == "everybody"].iloc[0]
        cells.append(
            {
                "case": str(case).replace("_", " "),
                "offered to everybody": _amount(everybody, "gain", "error"),
                "best rule": leader["label"],
                "its gain, NOK per person eligible": _amount(leader, "gain", "error"),
                "honest": number(leader["honest"], leader["error"]) if pd.notna(leader["honest"]) else "–",
            }
        )
    return said, pd.DataFrame(cells)


def budget_impact() -> Said:
    """What a national roll-out spends and releases."""
    rows = _table("budget_impact").query("after_month_12 in ('either', 'no_effect')")
    spent, net = (rows[rows["item"] == item] for item in ("spent", "net"))
    last = rows["year"].max()
    dear = spent[spent["year"] == last].sort_values("expected").iloc[-1]
    said = (
        f"Of the programs rolled out, {str(dear['program']).replace('_', ' ')} costs most to deliver: NOK "
        f"{_amount(dear, 'expected', 'error')} million in year {last}. The table gives delivery, and what is left to "
        "finance after benefits released and taxes, if nothing lasts beyond month 12."
    )
    both = spent.merge(net, on=["program", "year"], suffixes=("", "_net"))
    cells = {
        "program": both["program"].str.replace("_", " "),
        "year": both["year"],
        "delivery, NOK million": [_amount(row, "expected", "error") for _, row in both.iterrows()],
        "net, NOK million": [_amount(row, "expected_net", "error_net") for _, row in both.iterrows()],
    }
    return said, pd.DataFrame(cells)


def reforms() -> Said:
    """Who pays what when the statute changes."""
    rows = _table("reforms").query("months == 12 and name in @PARTIES")
    society = rows[rows["name"] == "society"]
    said = (
        f"The {rows['reform'].nunique()} reforms, with behaviour held fixed: society's cost changes by between "
        f"{_amount(society.loc[society['change'].idxmin()], 'change', 'error')} and "
        f"{_amount(society.loc[society['change'].idxmax()], 'change', 'error')} NOK per person in 12 months. "
        "Above 0 a party pays more. A change that begins later than month 12 shows as 0."
    )
    rows = rows.assign(text=[_amount(row, "change", "error") for _, row in rows.iterrows()])
    return said, _by_party(rows, index="reform", party="name")


def who_gains() -> Said:
    """Who gains and who pays."""
    rows = _table("who_gains").query("covariate == 'everybody' and method == 'human_capital' and party in @PARTIES")
    gaining = rows[rows["low"] > 0]
    said = (
        f"{len(gaining)} of {len(rows)} pairs of program and party have a 95% interval that lies above 0, "
        f"{len(rows[rows['high'] < 0])} one that lies below. Gains over usual case management in 12 months, NOK per "
        "person the program is for."
    )
    rows = rows.assign(text=[_amount(row, "gain", "error", "low", "high") for _, row in rows.iterrows()])
    return said, _by_party(rows, index="program", party="party")


def sensitivity() -> Said:
    """What drives the answer."""
    rows = _table("sensitivity_one_way").query("perspective == 'society' and horizon == '12 months'")
    rows = rows.assign(size=rows["swing"].abs()).sort_values("size", ascending=False)
    widest = rows.drop_duplicates("parameter")
    turning = rows[rows["changes"]]["parameter"].unique()
    said = (
        f"{rows['parameter'].nunique()} uncertain parameters were taken one at a time between their 2.5% and 97.5% "
        "quantiles (`trial` is the calibrated block, moved as one). Which program is best for society over 12 months "
        f"changes with {len(turning)} of them: {', '.join(f'`{name}`' for name in turning)}. The ten with the widest "
        "swing:"
    )
    top = widest.head(10)
    cells = {
        "parameter": [f"`{name}`" for name in top["parameter"]],
        "from": [number(value) for value in top["low"]],
        "to": [number(value) for value in top["high"]],
        "in the gain of": top["strategy"].str.replace("_", " "),
        "swing, NOK per person": [number(row["swing"], row["error"]) for _, row in top.iterrows()],
    }
    return said, pd.DataFrame(cells)


def research_value() -> Said:
    """What the next trial is worth."""
    rows = _table("research_value_best").query("perspective == 'society'")
    worth = rows[rows["enbs"] > 2 * rows["enbs_error"]]
    said = (
        f"In {len(worth)} of {len(rows)} cases (structural scenario and horizon) some trial of motivational "
        "interviewing is worth its cost to society by more than two Monte Carlo errors. The best design in each:"
    )
    millions = rows.assign(enbs=rows["enbs"] / 1e6, enbs_error=rows["enbs_error"] / 1e6)
    cells = {
        "case": rows["scenario"].str.replace("_", " ") + ", " + rows["horizon"],
        "people": [number(float(people)) for people in rows["people"]],
        "weeks": rows["weeks"],
        "net benefit of the trial, NOK million": [_amount(row, "enbs", "enbs_error") for _, row in millions.iterrows()],
    }
    return said, pd.DataFrame(cells)


GALLERY = {
    "compare_programs": Analysis(
        compare_programs,
        {
            "compare_programs_gain": "Society's gain from each program with its 95% interval, sorted.",
            "compare_programs_caseload": "Cost of delivery per person by how many people a caseworker meets.",
        },
    ),
    "break_even": Analysis(
        break_even,
        {
            "break_even_effect": "The effect each program needs to be worth its cost, beside the one it has.",
            "break_even_map_effect_cost": "Society's expected gain over the effect and the cost of delivery.",
            "break_even_map_effect_duration": "Society's expected gain over the effect and how long it lasts.",
        },
    ),
    "targeting": Analysis(
        targeting,
        {
            "targeting_rules": "Society's gain per person eligible under each rule of offering.",
            "targeting_shadow_price": "What an hour of staff is worth by how many hours there are.",
        },
    ),
    "budget_impact": Analysis(
        budget_impact,
        {
            "budget_impact_cash": "Money spent and released by year, for each program.",
            "budget_impact_staff": "Staff needed by year and profession, for each program.",
        },
    ),
    "reforms": Analysis(reforms, {"reforms_who_pays": "Change of each party's cost under each reform of the statute."}),
    "who_gains": Analysis(who_gains, {"who_gains": "Gain of each party by wage, sex and education."}),
    "sensitivity": Analysis(
        sensitivity,
        {
            "sensitivity_one_way": "Tornado: the parameters with the widest swing in society's gain.",
            "sensitivity_morris": "Screening by Morris' elementary effects.",
            "sensitivity_sobol": "Shares of the variance of society's gain, alone and with interactions.",
            "sensitivity_pawn": "How far knowing a parameter moves the distribution of society's gain.",
        },
    ),
    "research_value": Analysis(
        research_value,
        {
            "research_value": "Net benefit of the next trial by its size, in each structural scenario.",
            "research_value_designs": "Net benefit of the next trial by how people are randomised.",
        },
    ),
}


def write_gallery(folder: Path) -> None:
    """Write the gallery's front page and one page an analysis to a folder."""
    (folder / "gallery").mkdir(parents=True, exist_ok=True)
    rows, names = [], list(GALLERY)
    for name in names:
        (folder / "gallery" / f"{name}.md").write_text(page(name), encoding="utf-8")
        rows.append(f"| [{title(name)}](gallery/{name}.md) | {question(name)} |")
    lines = [
        "# Gallery of analyses",
        "",
        "One script a question. What is shown is what the scripts wrote when they were last run at full size: their "
        "tables and figures are committed in `analyses/results/`, and the sentences here are computed from those "
        "tables when the documentation is built. `make analyses` runs them all, in about half an hour on two cores.",
        "",
        "| analysis | question |",
        "|---|---|",
        *rows,
        "",
        "```{toctree}",
        ":hidden:",
        "",
        *(f"gallery/{name}" for name in names),
        "```",
    ]
    (folder / "gallery.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def page(name: str) -> str:
    """Give the page of an analysis: question, answer, table, figures, how to run it, and the script."""
    said, table = GALLERY[name].found()
    lines = [f"# {title(name)}", "", f"**{question(name)}**", "", said, "", *_markdown(table), ""]
    for figure, shows in GALLERY[name].figures.items():
        lines += [f"```{{figure}} {UP}/results/{figure}.svg", f":alt: {shows}", "", shows, "```", ""]
    files = sorted(path.name for path in RESULTS.glob(f"{name}*.csv"))
    files = [file for file in files if _owner(file) == name]
    lines += ["## Run it", "", *_details(name), "", "<!-- not run: minutes at full size -->", "```console"]
    lines += [f"$ python analyses/{name}.py", "```", ""]
    lines += ["Its tables in full: " + ", ".join(f"[{file}]({UP}/results/{file})" for file in files) + "."]
    lines += ["", "## The script", "", f"```{{literalinclude}} {UP}/{name}.py", ":language: python", "```"]
    return "\n".join(lines) + "\n"


def title(name: str) -> str:
    """Give the title of an analysis."""
    return name.replace("_", " ").capitalize()


def question(name: str) -> str:
    """Give the question of an analysis, the first line of its script."""
    return _docstring(name).split("\n", maxsplit=1)[0].rstrip(".")


def _details(name: str) -> list[str]:
    """Give what else the script says of itself, how long it takes among it, without the command."""
    return [line.rstrip(":") + "." if line.endswith(":") else line for line in _docstring(name).split("\n")[2:-2]]


def _docstring(name: str) -> str:
    tree = ast.parse((ANALYSES / f"{name}.py").read_text(encoding="utf-8"))
    return ast.get_docstring(tree) or ""


def _owner(file: str) -> str:
    """Give the analysis that a table belongs to: the longest name that it begins with."""
    return max((name for name in GALLERY if file.startswith(name)), key=len)


def _markdown(table: pd.DataFrame) -> list[str]:
    head = [f"| {' | '.join(map(str, table.columns))} |", "|" + "---|" * len(table.columns)]
    return head + [f"| {' | '.join(str(cell) for cell in row)} |" for row in table.itertuples(index=False)]
