"""Every program against usual case management: which are worth their cost to society, and what that rests on.

Gains are per person offered, in 12 months, at the same draws with the same people and the same luck for all. A program
whose effect nobody has measured is shown at no effect. Takes about two minutes:

    python analyses/compare_programs.py
"""

from pathlib import Path
from textwrap import fill

import numpy as np
import pandas as pd

import hecon
from hecon.cli.group import answering
from hecon.evaluation.programs import (
    GRADES,
    NO_EFFECT,
    best_by_group,
    conflicts,
    in_words,
    program_table,
    simulate_programs,
)
from hecon.evaluation.staffing import caseload_table, staffing_table
from hecon.inputs.parameters import Parameters
from hecon.model.runs import write_csv
from hecon.report.canvas import spread
from hecon.report.files import COLOURS, PAPER, TEXT, figure
from hecon.report.numbers import chance, interval, number

RESULTS = Path(__file__).parent / "results"
DRAWS = 600
PEOPLE = 1500
MARKERS = {"trial": "o", "study": "D", "assumption": "s", "none": "X"}
"""By what an effect rests on."""
GRADE_COLOURS = dict(zip(GRADES, (COLOURS[1], COLOURS[3], COLOURS[5], COLOURS[0]), strict=True))
CERTAIN = 0.975
"""Chance from which a sign is not called unsure: the 95% interval then lies on one side of 0."""
SURE = 2.0
"""Monte Carlo errors by which an expected gain differs from 0 if its sign is told."""


def main() -> None:
    """Print which programs are worth their cost, what disagrees and what rests on whom; write tables and figures."""
    parameters = hecon.read_parameters()
    run = simulate_programs(parameters, draws=DRAWS, people=PEOPLE, progress=True)
    table = program_table(parameters, run)
    groups = best_by_group(parameters, run)
    disagreements = conflicts(parameters)
    shared = caseload_table(parameters, run)
    tables = {
        "": table,
        "_by_diagnosis": groups,
        "_conflicts": disagreements,
        "_staffing": staffing_table(parameters, run),
        "_caseload": shared,
    }
    for name, frame in tables.items():
        write_csv(frame, RESULTS / f"compare_programs{name}.csv")
    draw_gains(table, RESULTS / "compare_programs_gain.svg")
    if len(shared):
        draw_caseload(shared, RESULTS / "compare_programs_caseload.svg")
    for part in (worth_sentences(table), group_sentences(groups), conflict_sentences(disagreements), basis(table)):
        print("\n".join(part), end="\n\n")


def headline(
    parameters: Parameters, *, draws: int = DRAWS, people: int = PEOPLE, threads: int | None = None
) -> pd.DataFrame:
    """Give the gains of every program per person offered; errors are Monte Carlo standard errors."""
    return program_table(parameters, simulate_programs(parameters, draws=draws, people=people, threads=threads))


def worth_sentences(table: pd.DataFrame) -> list[str]:
    """Say which programs are expected to be worth their cost to society, and how surely."""
    said = ["Gain to society over usual case management, NOK per person offered, 12 months (95% interval):"]
    for row in table.sort_values("gain_society", ascending=False).itertuples():
        error = row.gain_society_error
        gain = number(row.gain_society, error)
        span = interval(row.gain_society_low, row.gain_society_high, error)
        if row.figure == NO_EFFECT:
            verdict = "no known effect: what it costs is lost unless it has one"
        elif abs(row.gain_society) < SURE * error:
            verdict = f"cannot be told apart from none; chance that it is worth its cost {chance(row.worth, DRAWS)}"
        else:
            side = "expected to be worth its cost" if row.gain_society > 0 else "not expected to be worth its cost"
            unsure = "" if max(row.worth, 1.0 - row.worth) >= CERTAIN else ", and that is not sure"
            verdict = f"{side}{unsure}; chance that it is worth its cost {chance(row.worth, DRAWS)}"
        said.append(f"  {row.label}: {gain} ({span}): {verdict}.")
    return [*said, "Each takes its effect to hold for people sick-listed in Norway, whoever it was measured in."]


def group_sentences(groups: pd.DataFrame) -> list[str]:
    """Say which program has the highest expected gain in each diagnosis group."""
    said = ["Highest expected gain to society per person of a diagnosis group (chosen on half of the draws):"]
    for group, rows in groups.groupby("group", sort=False):
        row = rows[rows["chosen"]].iloc[0]
        gain = f"{number(row['gain'], row['error'])} ({interval(row['low'], row['high'], row['error'])})"
        said.append(
            f"  {group}: {row['label']}, {gain}; chance of being the best of {len(rows)}: {chance(row['best'], DRAWS)}."
        )
    return said


def conflict_sentences(disagreements: pd.DataFrame) -> list[str]:
    """Say where evidence disagrees, both results side by side."""
    said = ["Evidence that disagrees:"]
    for row in disagreements.itertuples():
        other = f" Against: {row.other_label}, {row.other_result}." if row.other else ""
        said.append(f"  {row.label}, {row.result}.{other} {row.text}")
    return said if len(disagreements) else ["No program file names evidence that disagrees."]


def basis(table: pd.DataFrame) -> list[str]:
    """Say whose people each effect was measured in."""
    said = ["What the effects rest on:"]
    for row in table.itertuples():
        values = (row.effect, row.effect_low, row.effect_high)
        rests = "" if row.grade == "none" else f" ({row.grade})"
        said.append(
            f"  {row.label}: {in_words(row.figure, [v for v in values if not np.isnan(v)])}{rests}. {row.measured_in}."
        )
    return said


def draw_gains(table: pd.DataFrame, path: Path) -> None:
    """Draw society's gain with its 95% interval by program, grouped by whom it is offered to."""
    groups = list(dict.fromkeys(table["offered_to"]))
    ordered = sorted(groups, key=lambda group: (not group.startswith("everybody"), groups.index(group)))
    places: list[float] = []
    rows: list[int] = []
    heads: list[tuple[float, str]] = []
    y = 0.0
    for group in ordered:
        heads.append((y, group))
        inside = table[table["offered_to"] == group].sort_values("gain_society", ascending=False)
        for index in inside.index:
            y -= 1.0
            places.append(y)
            rows.append(index)
        y -= 1.5
    height = 1.3 + 0.24 * -y
    with figure(path, width=8.6, height=height, left=0.46, top=1.0 - 0.45 / height, bottom=0.62 / height) as (_, axes):
        for place, index in zip(places, rows, strict=True):
            row = table.loc[index]
            colour = GRADE_COLOURS[row["grade"]]
            ends = [row["gain_society_low"] / 1000.0, row["gain_society_high"] / 1000.0]
            axes.plot(ends, [place, place], color=colour, linewidth=4, alpha=0.4, solid_capstyle="butt")
            axes.plot([row["gain_society"] / 1000.0], [place], MARKERS[row["grade"]], color=colour, markersize=6.5)
        axes.axvline(0.0, color=TEXT, linewidth=0.9)
        axes.set_yticks(places, [table.loc[index, "label"] for index in rows])
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.set_ylim(y + 1.0, 0.8)
        axes.spines["left"].set_visible(False)
        for place, group in heads:
            axes.annotate(
                f"{group[:1].upper()}{group[1:]}",
                (0.0, place),
                xycoords=("figure fraction", "data"),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontweight="bold",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
            )
        axes.set_xlabel("Gain to society per person offered, NOK 1,000, 12 months")
        names = {"trial": "trial", "study": "other study", "assumption": "assumption", "none": NO_EFFECT}
        for grade in GRADES:
            axes.plot([], [], MARKERS[grade], color=GRADE_COLOURS[grade], label=names[grade], linestyle="none")
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=4,
            frameon=False,
            handletextpad=0.1,
            columnspacing=1.2,
            borderaxespad=0.1,
        )


def draw_caseload(shared: pd.DataFrame, path: Path) -> None:
    """Draw the cost per participant by how many participants a year share training and supervision."""
    labels = list(dict.fromkeys(shared["label"]))
    with figure(path, left=0.10, right=0.55) as (_, axes):
        ends = []
        for position, label in enumerate(labels):
            rows = shared[shared["label"] == label]
            colour = COLOURS[1 + position % (len(COLOURS) - 1)]
            axes.plot(rows["caseload"], rows["cost"] / 1000.0, "o-", color=colour, linewidth=2, markersize=4.5)
            ends.append((float(rows["cost"].iloc[-1]) / 1000.0, label, colour))
        axes.set_xscale("log")
        ticks = sorted(set(shared["caseload"]))
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set_ylim(bottom=0.0)
        top = axes.get_ylim()[1]
        for (end, label, colour), spot in zip(ends, spread([end for end, _, _ in ends], 0.12 * top), strict=True):
            axes.annotate(
                fill(label, 30),
                (ticks[-1], end),
                (ticks[-1] * 1.15, spot),
                va="center",
                color=colour,
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7},
            )
        axes.set_xlabel("Participants per trained professional and year")
        axes.set_ylabel("Cost per participant, NOK 1,000")


if __name__ == "__main__":
    with answering():
        main()
