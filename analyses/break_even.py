"""How large an effect, which cost, how many who attend and how lasting an effect each program needs to be worth it.

Breaks even every program against usual case management over 12 months, in one quantity at a time, for society, the
public purse, NAV, the employer and the worker. Takes about three minutes on two cores:

    python analyses/break_even.py
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import hecon
from hecon.cli.group import answering
from hecon.evaluation.crossings import per_offered
from hecon.evaluation.estimates import TAILS
from hecon.evaluation.thresholds import break_even, table
from hecon.evaluation.two_way import net_benefit_map, zero_contour
from hecon.evaluation.what_if import QUANTITIES, Size, worth
from hecon.model.runs import write_csv
from hecon.model.simulation import COMPARATOR
from hecon.report.files import COLOURS, TEXT, figure
from hecon.report.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from hecon.evaluation.what_if import Quantity
    from hecon.inputs.parameters import Parameters

    Floats = NDArray[np.float64]

RESULTS = Path(__file__).parent / "results"
PERSPECTIVES = ("society", "public_purse", "nav", "employer", "worker")
DRAWS = 100
PEOPLE = 1000
ASKED = "cross_sector_program"
"""The program whose effect nobody knows, mapped by effect and cost."""
LASTING = "coordinated_program"
"""Mapped by effect and by how long it lasts."""
NEEDED, OWN = COLOURS[2], COLOURS[1]
WIDEST = 4.0
"""Of the ratios drawn; longer intervals are cut."""
SURE = 2.0
"""Monte Carlo errors by which two numbers must differ to be told apart."""
HEADS = {
    "cost": "What each may cost society per person offered, at the effect it has:",
    "attendance": "How many must attend, compared with now, for it to be worth its cost to society:",
    "duration": "How long its effect must last to be worth its cost to society:",
}


def main() -> None:
    """Print what each program would need to be worth its cost; write the table and the figures."""
    parameters = hecon.read_parameters()
    found = headline(parameters, progress=True)
    write_csv(found, RESULTS / "break_even.csv")
    draw_effects(found, own_days(parameters), RESULTS / "break_even_effect.svg")
    for name, surface in maps(parameters, found).items():
        draw_map(surface, parameters.programs[surface.attrs["program"]].label, RESULTS / f"break_even_map_{name}.svg")
    print("\n".join(effect_sentences(found)), end="\n\n")
    for quantity in ("cost", "attendance", "duration"):
        print("\n".join(own_sentences(found, quantity)), end="\n\n")


def headline(
    parameters: Parameters,
    *,
    draws: int = DRAWS,
    people: int = PEOPLE,
    programs: Sequence[str] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Give the break-even of all programs, or some, in every quantity and perspective, with Monte Carlo errors.

    Where nobody knows a program's effect, the effect is all that is asked.
    """
    find = partial(break_even, parameters, perspectives=PERSPECTIVES, draws=draws, people=people, threads=threads)
    found = []
    for name in programs or [name for name in parameters.programs if name != COMPARATOR]:
        about = parameters.programs[name]
        asked: tuple[Quantity, ...] = QUANTITIES if about.effect_known else ("effect",)
        for quantity in asked:
            bar = f"{about.label}, {quantity}" if progress else None
            rows = find(name, quantity, progress=bar)
            found.append(table(rows).assign(label=about.label))
    together = pd.concat(found, ignore_index=True)
    return together[["program", "label", *(name for name in together if name not in {"program", "label"})]]


def own_days(parameters: Parameters) -> pd.DataFrame:
    """Give the days on benefit that each program avoids per person offered as things stand, where that is known."""
    inputs = parameters.sample(DRAWS, hecon.SEED)
    rows = []
    for name, about in parameters.programs.items():
        if name != COMPARATOR and about.effect_known:
            ran = worth(inputs, name, [{}], Size(PEOPLE))
            low, high = np.quantile(ran.days[0] / ran.offered, TAILS)
            expected = per_offered(ran.days[0], ran.offered).value
            rows.append({"program": name, "days": expected, "low": low, "high": high})
    return pd.DataFrame(rows).set_index("program")


def maps(parameters: Parameters, found: pd.DataFrame) -> dict[str, xr.DataArray]:
    """Give society's net benefit by effect and cost, and by effect and how long it lasts."""
    (cost,) = break_even(parameters, ASKED, "cost", perspectives=["society"], draws=DRAWS, people=PEOPLE)
    needed = found[(found["quantity"] == "effect") & (found["perspective"] == "society")].set_index("program")
    reach = (needed["value"] - 1.0).fillna(0.5)
    effects = {name: 1.0 + np.linspace(0.0, 2.5, 9) * reach[name] for name in (ASKED, LASTING)}
    costs, weeks = np.linspace(0.0, 2.0 * cost.now, 9), np.linspace(4.0, 52.0, 9)
    asked: dict[str, tuple[str, tuple[Quantity, Floats], tuple[Quantity, Floats]]] = {
        "effect_cost": (ASKED, ("effect", effects[ASKED]), ("cost", costs)),
        "effect_duration": (LASTING, ("effect", effects[LASTING]), ("duration", weeks)),
    }
    surfaces = {
        name: net_benefit_map(parameters, program, x, y, "society", draws=DRAWS, people=PEOPLE, progress=name)
        for name, (program, x, y) in asked.items()
    }
    surfaces["effect_cost"].attrs["cost"] = cost.now
    surfaces["effect_duration"].attrs["effect"] = needed.loc[LASTING, "now"]
    return surfaces


def effect_sentences(found: pd.DataFrame) -> list[str]:
    """Say what effect on return each program needs if it had no other, and what its own is."""
    said = [
        "The effect that each program needs over usual case management in 12 months, if return is all that it changes:"
    ]
    for _, rows in found[found["quantity"] == "effect"].groupby("program", sort=False):
        of = rows.set_index("perspective")
        society = of.loc["society"]
        said.append(f"  {society['label']} {_to_society(society)}; {_to_nav(of.loc['nav'])}; {_own(society)}.")
    return said


def own_sentences(found: pd.DataFrame, quantity: str) -> list[str]:
    """Say at which value of a quantity each program is worth its cost to society, at the effect it has."""
    rows = found[(found["quantity"] == quantity) & (found["perspective"] == "society")]
    return [HEADS[quantity], *(f"  {row['label']}: {_where(row)}." for _, row in rows.iterrows())]


def draw_effects(found: pd.DataFrame, days: pd.DataFrame, path: Path) -> None:
    """Draw the effect that each program needs to be worth its cost to society beside its own."""
    rows = found[(found["quantity"] == "effect") & (found["perspective"] == "society")]
    rows = rows.sort_values("value", ascending=False, na_position="first").reset_index(drop=True)
    height = 1.5 + 0.36 * len(rows)
    with figure(path, width=10.8, height=height, panels=(1, 2), left=0.39, top=1.0 - 0.5 / height, wspace=0.08) as (
        drawn,
        (left, right),
    ):
        for y, row in rows.iterrows():
            own = days.loc[row["program"]] if row["program"] in days.index else None
            needed = (row["value"], row["low"], row["high"])
            _pair(left, float(y), needed, None if own is None else (row["now"], row["now_low"], row["now_high"]))
            arm = (row["days_avoided"], *(row["days_avoided"] + 1.96 * row["days_error"] * np.array([-1.0, 1.0])))
            _pair(right, float(y), arm, None if own is None else (own["days"], own["low"], own["high"]))
            if row["side"] == "never":
                left.text(WIDEST, y + 0.08, f"not even {row['most']:.2g}", color=NEEDED, ha="right", va="center")
        left.set_yticks(range(len(rows)), rows["label"])
        right.set_yticks(range(len(rows)), [""] * len(rows))
        left.set_xscale("log")
        left.set_xlim(0.5, WIDEST)
        left.set_xticks([0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0], ["0.5", "0.7", "1", "1.5", "2", "3", "4"])
        left.set_xticks([], minor=True)
        left.set_xlabel("Ratio of the hazard of return, those reached")
        right.set_xlabel("Days avoided per person offered")
        for axes, none in ((left, 1.0), (right, 0.0)):
            axes.axvline(none, color=TEXT, linewidth=0.9)
            axes.grid(visible=False, axis="y")
            axes.tick_params(axis="y", length=0)
            axes.set_ylim(-0.6, len(rows) - 0.4)
            axes.spines["left"].set_visible(False)
        top = 1.0 - 0.3 / height
        drawn.text(0.39, top, "● needed to be worth its cost to society", color=NEEDED, fontweight="bold")
        drawn.text(0.73, top, "◆ its own, with 95% interval", color=OWN, fontweight="bold")


def draw_map(surface: xr.DataArray, label: str, path: Path) -> None:
    """Draw net benefit as lines of equal gain over two quantities; the line of no gain is the break-even."""
    vertical = str(surface.dims[0])
    names = {"cost": "Cost of delivery, NOK per person offered", "duration": "Week in which the effect ends"}
    x, y, gain = surface["effect"].to_numpy(), surface[vertical].to_numpy(), surface.to_numpy()
    with figure(path, height=4.8, top=0.86) as (drawn, axes):
        axes.contourf(x, y, gain, levels=[0.0, max(gain.max(), 1.0)], colors=[COLOURS[3]], alpha=0.13)
        lines = axes.contour(x, y, gain, levels=8, colors=[COLOURS[0]], linewidths=0.9)
        axes.clabel(lines, [level for level in lines.levels if level], fmt=number, fontsize=9)
        for line in zero_contour(surface):
            axes.plot(*line.T, color=COLOURS[3], linewidth=2.6)
        dashed = {"color": NEEDED, "linewidth": 1.2, "linestyle": (0, (4, 3))}
        told = {"color": NEEDED, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.3}}
        if "cost" in surface.attrs:
            axes.axhline(surface.attrs["cost"], **dashed)
            axes.text(x[0], surface.attrs["cost"], " as it is put together now", va="bottom", **told)
        else:
            axes.axvline(surface.attrs["effect"], **dashed)
            axes.text(surface.attrs["effect"], y[-1], "its own effect, expected ", rotation=90.0, va="top", **told)
        axes.set_xlabel("Ratio of the weekly hazard of return, those reached")
        axes.set_ylabel(names[vertical])
        axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        if vertical == "cost":
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        drawn.text(0.13, 0.94, f"{label}: gain to society, NOK per person offered", fontweight="bold")
        drawn.text(0.13, 0.89, "worth its cost in the green area", color=COLOURS[3], fontweight="bold")


def _pair(axes: Axes, y: float, needed: tuple[float, float, float], own: tuple[float, float, float] | None) -> None:
    """Draw what is needed above what a program has."""
    for at, colour, marker, figures in ((y - 0.0, NEEDED, "o", needed), (y - 0.3, OWN, "D", own)):
        if figures is not None and np.isfinite(figures[0]):
            value, low, high = figures
            axes.plot([low, min(high, 1e6)], [at, at], color=colour, linewidth=3.5, alpha=0.35, solid_capstyle="butt")
            axes.plot([value], [at], marker, color=colour, markersize=6)


def _raised(ratio: float, error: float) -> str:
    """Write a ratio as percent above none."""
    return number(100.0 * (ratio - 1.0), 100.0 * error)


def _too_near(row: pd.Series) -> bool:
    """Tell whether the Monte Carlo error leaves open where a program breaks even, or whether it does."""
    if row["side"] in {"never", "always"}:
        return bool(abs(row["margin"]) <= SURE * row["margin_error"])
    return bool(row["error"] > 0.5 * (row["most"] - row["least"]))


def _to_society(row: pd.Series) -> str:
    """Say what effect would make a program worth its cost to society."""
    if _too_near(row):
        return "gains or loses society too little at any effect to tell which it needs"
    if row["side"] == "never":
        return f"would not be worth its cost to society even at {row['most']:.2g} times the weekly chance of return"
    if row["side"] == "always":
        return "would be worth its cost to society without any effect"
    bound = "" if row["side"] == "above" else "at most "
    points = number(100.0 * row["error"], 100.0 * row["error"])
    return (
        f"would have to raise the weekly chance of return of those it reaches by {bound}"
        f"{_raised(row['value'], row['error'])}% (Monte Carlo error {points} points), that is avoid "
        f"{number(row['days_avoided'], row['days_error'])} days per person offered, to be worth its cost to society"
    )


def _to_nav(row: pd.Series) -> str:
    """Say from which effect a program would save NAV money."""
    return {
        "never": f"it would not save NAV money even at {row['most']:.2g} times",
        "always": "it would cost NAV nothing even without one",
        "above": f"it would save NAV money from {_raised(row['value'], row['error'])}%",
        "below": f"it would save NAV money up to {_raised(row['value'], row['error'])}%",
    }[row["side"]]


def _own(row: pd.Series) -> str:
    """Say what a program's own effect is."""
    if np.isnan(row["now"]):
        return "nobody has measured what it does"
    own, low, high = (_raised(row[name], 0.01) for name in ("now", "now_low", "now_high"))
    return f"its own is put at {own}% ({low} to {high}%)"


def _where(row: pd.Series) -> str:
    """Say where in its range a quantity makes a program worth its cost to society."""
    value, error = number(row["value"], row["error"]), number(row["error"], row["error"])
    draws = f"at none in {row['share_never']:.0%} of the draws, at any in {row['share_always']:.0%}"
    if _too_near(row):
        return f"cannot be told, since what it gains is too near nothing; {draws}"
    if row["quantity"] == "cost":
        now = f"it costs NOK {number(row['now'], 10.0)}"
        if row["side"] == "never":
            return f"at no cost, since it is expected to lose before anything is paid for it; {now}"
        apart = abs(row["value"] - row["now"]) > SURE * row["error"]
        return (
            f"at most NOK {value} (Monte Carlo error {error}); {now}{'' if apart else ', which cannot be told apart'}"
        )
    if row["quantity"] == "attendance":
        words = {
            "never": f"at none up to {row['most']:.2f} times as many",
            "always": f"at any from {row['least']:.2f} times as many",
            "above": f"from {value} times as many (Monte Carlo error {error})",
            "below": f"up to {value} times as many (Monte Carlo error {error})",
        }
    else:
        words = {
            "never": f"not even until week {row['most']:.0f}",
            "always": "however short",
            "above": f"until week {value} or longer (Monte Carlo error {error})",
            "below": f"until week {value} at most (Monte Carlo error {error})",
        }
    return f"{words[row['side']]}; {draws}"


if __name__ == "__main__":
    with answering():
        main()
