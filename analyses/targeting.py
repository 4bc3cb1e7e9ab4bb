"""Whom a program should be offered to, and what an hour of NAV's staff is worth where there are too few.

Compares offering rules by society's expected gain in 12 months per person eligible, offered or not, and says how much
of the best rule's lead is luck: it is chosen on half of the draws and scored on the other half. Then gives the hours
there are to whom they do the most good. Takes about two minutes:

    python analyses/targeting.py
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import hecon
from hecon.cli.group import answering
from hecon.evaluation.capacity import allocate, capacity_table
from hecon.evaluation.subgroups import CLEAR, caution, ranking_sentences, subgroup_table
from hecon.evaluation.targeting import (
    COVARIATES,
    DELAYS,
    actions_by_group,
    offering_rules,
    rule_gains,
    split_by_week,
    targeting_table,
)
from hecon.inputs.parameters import Parameters
from hecon.model.runs import write_csv
from hecon.report.files import COLOURS, TEXT, figure
from hecon.report.numbers import interval, number, plus_minus

RESULTS = Path(__file__).parent / "results"
DRAWS = 300
PEOPLE = 1000
SCENARIO = "mi_nav_effect"
MI, EARLY, ADVICE = "motivational_interviewing", "early_follow_up", "mi_nav_vocational_advice"
WEIGHT = 0.3
"""On MI-NAV's effect: near where offering MI to everybody begins to gain, and targeting matters most."""
GROUPS = ("start", "wage", "risk")
"""What capacity is divided by: what gains differ by most."""
SERVED_BY = ("start", "wage")
HALF = 0.5
HALVINGS = 20
"""Of the draws, on one half of which the use of hours is chosen."""


@dataclass(frozen=True)
class Case:
    """A program, and whose effect it is taken to have.

    Attributes
    ----------
    name, label : its label in the table, and in words
    program : its file
    weight : on MI-NAV's effect of motivational interviewing, the rest being on Trondheim's
    """

    name: str
    label: str
    program: str
    weight: float = 0.0


CASES = (
    Case("motivational_interviewing", "Motivational interviewing, Trondheim's effect", MI),
    Case("early_follow_up", "Early follow-up, Trondheim's effect", EARLY),
    Case("mi_weighted", f"Motivational interviewing, weight {WEIGHT:g} on MI-NAV's effect", MI, WEIGHT),
    Case("mi_mi_nav_effect", "Motivational interviewing, MI-NAV's effect", MI, 1.0),
    Case(
        "mi_nav_vocational_advice",
        "Vocational advice, offered with musculoskeletal diagnoses only, MI-NAV's effect",
        ADVICE,
    ),
)
SCARCE = ("motivational_interviewing", "mi_weighted", "mi_mi_nav_effect")
"""Cases that take caseworkers' hours, each with early follow-up beside it."""
DRAWN = ("motivational_interviewing", "mi_weighted", "mi_mi_nav_effect")


def main() -> None:
    """Print which rule is expected to gain most and what an hour is worth; write the tables and figures."""
    parameters = hecon.read_parameters()
    splits = simulate_cases(parameters, draws=DRAWS, people=PEOPLE, progress=True)
    table = rules_table(parameters, splits)
    capacity = capacity_by_case(splits)
    effects = {"Trondheim's effect": parameters, "MI-NAV's effect": parameters.with_scenario(SCENARIO)}
    groups = pd.concat(
        {name: subgroup_table(given, MI, draws=DRAWS, people=PEOPLE) for name, given in effects.items()},
        names=["effect"],
    ).reset_index(level=0)
    for name, frame in {"": table, "_capacity": capacity, "_subgroups": groups}.items():
        write_csv(frame, RESULTS / f"targeting{name}.csv")
    draw_rules(table, RESULTS / "targeting_rules.svg")
    draw_prices(capacity, RESULTS / "targeting_shadow_price.svg")
    print("Society's gain over usual case management in 12 months, NOK per person eligible, offered or not.\n")
    for case in CASES:
        print(rule_sentence(table[table["case"] == case.name], case))
    print()
    for case in CASES:
        print(weeks_sentence(table[table["case"] == case.name], case, _week(parameters)))
    print(
        "No later offer was measured: contacts, and the end of the effect, come as much later. Counted are 12 months "
        "from inclusion, so that a later offer has less time to show what it does."
    )
    print()
    for case in CASES:
        if case.name in SCARCE:
            print(capacity_sentence(capacity[capacity["case"] == case.name], case))
    print(first_served(splits))
    for name, rows in groups.groupby("effect", sort=False):
        print(f"\nSubgroups by what they gain from motivational interviewing, {name}, most first:")
        print("\n".join(ranking_sentences(rows)))
    print(f"\n{caution()}")


def headline(
    parameters: Parameters, *, draws: int = DRAWS, people: int = PEOPLE, threads: int | None = None
) -> pd.DataFrame:
    """Give the gain of every offering rule of every case, and the honest score of choosing the best of them."""
    return rules_table(parameters, simulate_cases(parameters, draws=draws, people=people, threads=threads))


def simulate_cases(
    parameters: Parameters, *, draws: int, people: int, threads: int | None = None, progress: bool = False
) -> dict[float, xr.Dataset]:
    """Simulate the programs offered at inclusion and later, by weight on MI-NAV's effect of MI.

    At a weight between 0 and 1 a draw's gain is the weighted mean of its gains under either effect, with the same
    people and luck: right for what is expected, and too narrow for an interval.
    """
    rules = offering_rules(_week(parameters))
    given = {0.0: (parameters, [MI, EARLY, ADVICE]), 1.0: (parameters.with_scenario(SCENARIO), [MI, EARLY])}
    splits = {
        weight: split_by_week(
            chosen.sample(draws, hecon.SEED),
            programs,
            rules,
            people=people,
            threads=threads,
            progress=f"Weight {weight:g} on MI-NAV" if progress else None,
        )
        for weight, (chosen, programs) in given.items()
    }
    both = splits[0.0].sel(strategy=splits[1.0]["strategy"])
    splits[WEIGHT] = ((1.0 - WEIGHT) * both + WEIGHT * splits[1.0]).assign_attrs(both.attrs)
    return splits


def rules_table(parameters: Parameters, splits: dict[float, xr.Dataset]) -> pd.DataFrame:
    """Give the table of rules of every case; at a weight between 0 and 1, without interval and chance."""
    parts = []
    for case in CASES:
        own = parameters.programs[case.program].offer.levels()
        rules = offering_rules(_week(parameters), [name for name in COVARIATES if name not in own])
        part = targeting_table(rule_gains(splits[case.weight], case.program, rules), rules)
        if 0.0 < case.weight < 1.0:
            part[["low", "high", "probability"]] = np.nan
        part.insert(0, "case", case.name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def capacity_by_case(splits: dict[float, xr.Dataset], *, halvings: int = HALVINGS) -> pd.DataFrame:
    """Give what the hours gain and what another is worth, where they are a share of what MI for everybody takes."""
    parts = []
    for case in CASES:
        if case.name in SCARCE:
            actions = actions_by_group(splits[case.weight], [MI, EARLY], DELAYS, GROUPS)
            part = capacity_table(*_arrays(actions), splits=halvings)
            part.insert(0, "case", case.name)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def rule_sentence(rows: pd.DataFrame, case: Case) -> str:
    """Say what offering it to everybody gains, which rule is best and what its lead is worth."""
    by_rule = rows.set_index("rule")
    everybody, best = by_rule.loc["everybody"], by_rule.loc["best"]
    leader = by_rule.drop(index="best")["gain"].idxmax()
    text = f"{case.label}: offered to everybody {number(everybody['gain'], everybody['error'])}"
    if np.isfinite(everybody["low"]):
        text += f" (95% interval {interval(everybody['low'], everybody['high'], everybody['error'])})"
    text += "."
    if leader == "nobody":
        return f"{text} No rule is expected to gain: best is to offer it to nobody."
    flattered = best["naive"] - best["gain"]
    leading = f"{by_rule.loc[leader, 'label'].lower()}, {number(best['naive'], best['error'])}"
    honest = f"{number(best['gain'], best['error'])} {plus_minus(best['error'])}".rstrip()
    text += (
        f" Best of {len(by_rule) - 1} rules: {leading}; chosen on half of the draws and scored on the other, {honest}"
    )
    told = best["gain"] > CLEAR * best["error"]
    curse = f": luck flatters it by {number(flattered, 1.0)}" if flattered >= 1.0 else ""
    return f"{text}{curse}{'' if told else ', which cannot be told from none'}."


def capacity_sentence(rows: pd.DataFrame, case: Case) -> str:
    """Say what another hour is worth where there are too few, and nothing where nobody gains."""
    if not (rows["gain"] > CLEAR * rows["error"]).any():
        return f"{case.label}: no use of staff's time is expected to gain, so that more of it is worth nothing."
    prices = [
        f"{row.share:.0%}: {number(row.shadow_price, row.shadow_price_error)} {plus_minus(row.shadow_price_error)}"
        for row in rows.itertuples()
    ]
    full = rows["capacity"].iloc[-1] / rows["share"].iloc[-1]
    return (
        f"{case.label}: another hour of staff, beyond its price, is worth NOK, where there are so many of the "
        f"{full:.1f} hours per person that it takes for everybody: {'; '.join(price.rstrip() for price in prices)}."
    )


def weeks_sentence(rows: pd.DataFrame, case: Case, week: int) -> str:
    """Say what a person gains who is offered it after so many weeks of sick leave."""
    by_rule = rows.set_index("rule")
    weeks = {week: "everybody", **{week + delay: f"week_{week + delay}" for delay in DELAYS if delay}}
    each = [
        f"week {after} {number(row['gain_per_offered'], row['gain_per_offered_error'])}"
        for after, row in ((after, by_rule.loc[name]) for after, name in weeks.items())
    ]
    return f"{case.label}, per person still sick-listed when it is offered: {', '.join(each)}."


def first_served(splits: dict[float, xr.Dataset]) -> str:
    """Say who comes first where the hours suffice for half, under MI-NAV's effect."""
    actions = actions_by_group(splits[1.0], [MI, EARLY], DELAYS, SERVED_BY)
    gain, hours, people = _arrays(actions)
    expected, needed = (part.sum(axis=0) / people.sum() for part in (gain, hours))
    plan = allocate(expected, needed, HALF * float(needed[:, 0].sum()))
    served = plan.share.sum(axis=1)
    per_hour = (plan.share * expected).sum(axis=1) / np.maximum((plan.share * needed).sum(axis=1), 1e-12)
    names = actions["group"].to_numpy()
    first = "; ".join(f"{names[place]} ({served[place]:.0%})" for place in np.argsort(-per_hour) if served[place] > 0.0)
    return (
        f"With MI-NAV's effect and half of the hours, these are served, in this order: {first}. Left out: "
        f"{'; '.join(names[served == 0.0]) or 'nobody'}. That is what valuing a day by the wage leads to, not a "
        "recommendation."
    )


def draw_rules(table: pd.DataFrame, path: Path) -> None:
    """Draw the expected gain of every rule with its 95% interval, a panel a case."""
    cases = {case.name: case for case in CASES}
    with figure(path, width=9.6, height=6.4, panels=(1, len(DRAWN)), left=0.24, wspace=0.12, top=0.88) as (drawn, grid):
        for place, (axes, name) in enumerate(zip(grid, DRAWN, strict=True)):
            rows = table[(table["case"] == name) & (table["rule"] != "best")].reset_index(drop=True)
            y = -np.arange(len(rows))
            colour = COLOURS[place + 1]
            wide = rows["low"].notna().to_numpy()
            low, high = (
                rows[end].where(wide, rows["gain"] + sign * CLEAR * rows["error"])
                for end, sign in (("low", -1), ("high", 1))
            )
            axes.hlines(y, low / 1000, high / 1000, color=colour, linewidth=4 if wide.any() else 1.5, alpha=0.4)
            axes.plot(rows["gain"] / 1000, y, "o", color=colour, markersize=5)
            axes.axvline(0.0, color=TEXT, linewidth=0.9)
            axes.set_yticks(y, rows["label"] if place == 0 else [""] * len(rows), fontsize=9)
            axes.tick_params(axis="y", length=0)
            axes.set_ylim(y[-1] - 0.7, 0.7)
            head, _, tail = cases[name].label.partition(", ")
            axes.set_title(f"{head},\n{tail}", loc="left", fontsize=9.5, color=colour)
            axes.set_xlabel(
                "NOK 1,000, 95% interval" if wide.any() else "NOK 1,000, ± 2 Monte Carlo errors", fontsize=9.5
            )
        drawn.text(
            0.01, 0.97, "Society's gain per person eligible, by whom it is offered to", fontweight="bold", va="top"
        )


def draw_prices(capacity: pd.DataFrame, path: Path) -> None:
    """Draw what another hour is worth by how many there are."""
    labels = {case.name: case.label for case in CASES}
    with figure(path, height=4.0, left=0.12, right=0.97) as (_, axes):
        for place, name in enumerate(SCARCE):
            rows = capacity[capacity["case"] == name]
            colour = COLOURS[place + 1]
            axes.errorbar(
                100.0 * rows["share"],
                rows["shadow_price"],
                yerr=CLEAR * rows["shadow_price_error"],
                color=colour,
                marker="osD"[place],
                capsize=3,
                linewidth=1.6,
                label=labels[name],
            )
        axes.axhline(0.0, color=TEXT, linewidth=0.9)
        axes.set_xticks([25, 50, 75, 100])
        axes.set_xlabel("Hours of staff there are, % of what motivational interviewing for everybody takes")
        axes.set_ylabel("Another hour, beyond its price, NOK")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.legend(frameon=False, fontsize=9.5, loc="upper right")


def _arrays(actions: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give gain and hours, float64[draw, group, action], and people, float64[draw]."""
    return actions["gain"].to_numpy(), actions["hours"].to_numpy(), actions["people"].sum("group").to_numpy()


def _week(parameters: Parameters) -> int:
    """Give the week of the spell in which people are included."""
    return int(parameters.base_case().one(0)["weeks_sick_listed_at_inclusion"])


if __name__ == "__main__":
    with answering():
        main()
