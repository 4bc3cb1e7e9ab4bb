"""Motivational interviewing by the weight put on MI-NAV, whose effect was not that of the Trondheim trial.

Gives its net benefit to society in 12 months as a function of the weight put on MI-NAV's effect, the rest being on
Trondheim's, and the weight at which the decision flips. Takes under a minute:

    python analyses/weight_on_mi_nav.py
"""

from pathlib import Path

import numpy as np
import xarray as xr

import hecon
from hecon.cli.group import answering
from hecon.evaluation.cea import incremental
from hecon.evaluation.weights import flipping_weight, weight_table
from hecon.inputs.parameters import Parameters
from hecon.model.ledger import costs
from hecon.model.runs import write_csv
from hecon.model.simulation import STRATEGIES, simulate

RESULTS = Path(__file__).parents[1] / "results"
SCENARIO = "mi_nav_effect"
PROGRAM = "motivational_interviewing"
WEIGHTS = np.linspace(0.0, 1.0, 11)
DRAWS = 1000
PEOPLE = 1000


def main() -> None:
    """Print and write the net benefit by weight, and the weights at which the decision flips."""
    parameters = hecon.read_parameters()
    trondheim = society_gain(parameters, "Trondheim's effect")
    mi_nav = society_gain(parameters.with_scenario(SCENARIO), "MI-NAV's effect")
    table = weight_table(trondheim, mi_nav, WEIGHTS)
    write_csv(table, RESULTS / "weight_on_mi_nav.csv")

    print("Motivational interviewing: net benefit to society in 12 months, NOK per person, over usual case management,")
    print("by the weight put on MI-NAV's effect, the rest being on Trondheim's.\n")
    print("weight   expected (95% interval)      worth its cost   best of all   decision")
    for weight, rows in table.groupby("weight"):
        row = rows[rows["strategy"] == PROGRAM].iloc[0]
        chosen = parameters.programs[rows.loc[rows["chosen"], "strategy"].iloc[0]].label
        interval = f"({row['low']:,.0f} to {row['high']:,.0f})"
        print(f"{weight:6.1f} {row['gain']:10,.0f} {interval:<22}{row['worth']:13.0%}{row['best']:14.0%}   {chosen}")
    print()
    for name in STRATEGIES:
        if name != PROGRAM:
            print(flip_sentence(trondheim, mi_nav, name, parameters))
    print(
        "\nMI-NAV's people had musculoskeletal complaints; here its effect is taken to hold for every diagnosis. The"
        "\nweight is a judgement, not an estimate: no data say which of the two trials is nearer the truth."
    )


def society_gain(parameters: Parameters, what: str) -> xr.DataArray:
    """Give the net benefit to society over usual case management, NOK per person in 12 months: [draw, strategy]."""
    run = simulate(parameters.sample(DRAWS, hecon.SEED), STRATEGIES, people=PEOPLE, weeks=52, progress=what)
    money = (run["money"] / run["people"]).sum(["subgroup", "year"])
    return 0.0 - incremental(costs(money).sel(perspective="society", drop=True), STRATEGIES[0])


def flip_sentence(trondheim: xr.DataArray, mi_nav: xr.DataArray, against: str, parameters: Parameters) -> str:
    """Say at which weight motivational interviewing overtakes another strategy."""
    label = parameters.programs[against].label
    flip = flipping_weight(trondheim, mi_nav, PROGRAM, against)
    if flip is not None:
        return (
            f"Against {label}, the decision flips at a weight of {flip.weight:.2f} "
            f"(Monte Carlo error {flip.error:.2f})."
        )
    ahead = trondheim.sel(strategy=PROGRAM).mean() > trondheim.sel(strategy=against).mean()
    return f"Against {label}, no weight flips the decision: it is {'better' if ahead else 'worse'} at every one."


if __name__ == "__main__":
    with answering():
        main()
