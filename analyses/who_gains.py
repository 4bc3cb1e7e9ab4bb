"""Who gains from a program and who pays: by party, wage, sex and education, and by how production is counted.

Gains over usual case management in 12 months per person whom the program is for. Also what a worker lives on in each
state, after tax. Takes about a minute:

    python analyses/who_gains.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

import hecon
from hecon.cli.group import answering
from hecon.evaluation.distribution import DAYS, PURSE, discordance, who_gains
from hecon.evaluation.splits import level_words, words
from hecon.evaluation.subgroups import CLEAR, EVERYBODY, LEADS, caution
from hecon.inputs.parameters import Parameters
from hecon.model.income import net_income
from hecon.model.runs import write_csv
from hecon.report.files import COLOURS, TEXT, figure
from hecon.report.numbers import number, percent

RESULTS = Path(__file__).parent / "results"
DRAWS = 400
PEOPLE = 1500
PROGRAMS = (
    "early_follow_up",
    "motivational_interviewing",
    "coordinated_program",
    "mi_nav_motivational_interviewing",
    "mi_nav_vocational_advice",
)
WAGES_IN_G = (3.0, 5.0, 8.0)
"""One in each wage group."""
HUMAN, FRICTION = "human_capital", "friction_cost"
LEVELS = {
    "wage": ("under_4_g", "4_to_6_g", "over_6_g"),
    "sex": ("woman", "man"),
    "education": ("school", "higher"),
}


def main() -> None:
    """Print for whom each program pays and whom it costs; write the tables and the figure."""
    parameters = hecon.read_parameters()
    table = headline(parameters)
    incomes = income_table(parameters)
    write_csv(table, RESULTS / "who_gains.csv")
    write_csv(incomes, RESULTS / "who_gains_net_income.csv")
    draw_gains(table, parameters, RESULTS / "who_gains.svg")
    print("Gains over usual case management in 12 months, per person whom the program is for:\n")
    for program, rows in table.groupby("program", sort=False):
        print(f"{parameters.programs[str(program)].label}:")
        for sentence in program_sentences(rows):
            print(f"  {sentence}")
    print("\nAfter tax, a worker keeps of the pay at work:")
    print("\n".join(f"  {sentence}" for sentence in income_sentences(incomes)))
    print(f"\n{caution()}")


def headline(
    parameters: Parameters, *, draws: int = DRAWS, people: int = PEOPLE, threads: int | None = None
) -> pd.DataFrame:
    """Give what each party gains from each program, for everybody and by group."""
    return who_gains(parameters, PROGRAMS, draws=draws, people=people, threads=threads)


def income_table(parameters: Parameters) -> pd.DataFrame:
    """Give what is left after tax in each state at a low, a middle and a high wage."""
    basic_amount = parameters.base_case().one(0)["grunnbelop"]
    table = net_income(np.array(WAGES_IN_G) * basic_amount, parameters)
    table.insert(0, "wage_in_g", table["wage"] / basic_amount)
    return table


def program_sentences(rows: pd.DataFrame) -> list[str]:
    """Say for whom a program pays, what friction cost changes and which workers notice."""
    whole = rows[rows["covariate"] == EVERYBODY]
    human = whole[whole["method"] == HUMAN].set_index("party")
    friction = whole[whole["method"] == FRICTION].set_index("party")
    society, employer = (
        f"{_amount(human.loc[party])} by human capital and {_amount(friction.loc[party])} by friction cost"
        for party in ("society", "employer")
    )
    if np.isclose(human.loc["employer", "gain"], friction.loc["employer", "gain"]):
        employer = f"{_amount(human.loc['employer'])} either way, since a replacement is paid what they produce"
    return [
        discordance(human.reset_index()),
        f"Expected, NOK: society {society}; the employer {employer}.",
        f"Days on benefit avoided: {_amount(human.loc[DAYS])}. The worker's purse after tax, NOK: "
        f"{_amount(human.loc[PURSE])}; {purse_by_wage(rows)}.",
    ]


def purse_by_wage(rows: pd.DataFrame) -> str:
    """Say what the worker's purse gains by wage, unless simulation error could make the differences."""
    purse = rows[(rows["party"] == PURSE) & (rows["covariate"] == "wage")].set_index("level")
    spread = purse["gain"].max() - purse["gain"].min()
    if spread <= LEADS * np.hypot(*purse["error"].nlargest(2)):
        return "no difference by wage that can be told from simulation error"
    return "by wage " + ", ".join(f"{level_words(level)} {_amount(purse.loc[level])}" for level in purse.index)


def income_sentences(incomes: pd.DataFrame) -> list[str]:
    """Say by wage which share of net pay is left in each state."""
    return [
        f"{number(wage, 0.1)} G: "
        + ", ".join(f"{str(row.state).replace('_', ' ')} {percent(row.share)}" for row in rows.itertuples())
        + "."
        for wage, rows in incomes[incomes["state"] != "work"].groupby("wage_in_g", sort=False)
    ]


def draw_gains(table: pd.DataFrame, parameters: Parameters, path: Path) -> None:
    """Draw the worker's purse by wage group, and society's gain by group, with 95% intervals."""
    programs = list(dict.fromkeys(table["program"]))
    human = table[table["method"] == HUMAN]
    labels = ["everybody", *(words(name, level) for name, levels in LEVELS.items() for level in levels)]
    groups = [(EVERYBODY, EVERYBODY), *((name, level) for name, levels in LEVELS.items() for level in levels)]
    with figure(path, width=9.6, height=6.6, panels=(1, 2), left=0.15, wspace=0.08, top=0.86) as (drawn, grid):
        for axes, party, title in zip(
            grid, (PURSE, "society"), ("The worker's purse, after tax", "Society"), strict=True
        ):
            for place, program in enumerate(programs):
                own = human[(human["program"] == program) & (human["party"] == party)]
                own = own.set_index(["covariate", "level"]).loc[groups]
                y = -np.arange(len(groups)) + 0.3 - 0.15 * place
                axes.hlines(
                    y, own["low"] / 1000, own["high"] / 1000, color=COLOURS[place + 1], linewidth=2.5, alpha=0.4
                )
                axes.plot(own["gain"] / 1000, y, "osD^v"[place], color=COLOURS[place + 1], markersize=4.5)
            axes.axvline(0.0, color=TEXT, linewidth=0.9)
            axes.set_ylim(-len(groups) + 0.45, 0.6)
            axes.set_yticks(-np.arange(len(groups)), labels if party == PURSE else [""] * len(labels))
            axes.tick_params(axis="y", length=0)
            axes.set_title(title, loc="left", fontsize=11)
            axes.set_xlabel("NOK 1,000 per person in 12 months")
        for place, program in enumerate(programs):
            drawn.text(
                0.01 + 0.345 * (place % 3),
                0.985 - 0.035 * (place // 3),
                f"{'●■◆▲▼'[place]} {parameters.programs[program].label}",
                color=COLOURS[place + 1],
                fontsize=9.5,
                fontweight="bold",
                va="top",
            )


def _amount(row: pd.Series) -> str:
    """Write an expected gain, or that it is none that can be told."""
    told = abs(row["gain"]) > CLEAR * row["error"]
    return number(row["gain"], row["error"]) if told else f"about 0 (± {number(row['error'], row['error'])})"


if __name__ == "__main__":
    with answering():
        main()
