"""What a decision analysis says, in sentences and for the terminal; every number in them comes from it."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation.cea import monte_carlo_error
from hecon.report.numbers import MINUS, counted
from hecon.report.words import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hecon.evaluation.decision import Decision

SHOWN = 5
"""Values of willingness to pay in the tables, where more were computed."""
MOST_INFORMATIVE = 5
SURE = 2.0
"""Monte Carlo errors by which two expected values must differ to be told apart."""
NEGLIGIBLE = 0.01
"""Share of the value of knowing everything below which neither a value nor its error matters."""
LONGEST_HEADLINE = 170
MOST_ROWS = 12
"""Rows of the terminal's table, unless the frontier has more."""
LONGEST_NAME = 20
NARROW = "\N{NO-BREAK SPACE}"
ROUNDING = 1e-12
"""Share of an amount below which an error is rounding."""
SCIENTIFIC = (1e-4, 1e12)
"""Amounts smaller or larger are written with a power of ten."""


def amount(value: float, error: float = 0.0) -> str:
    """Write an amount of any size: to the last digit its error supports, or four digits where it has none.

    Examples
    --------
    >>> amount(20097.6, 350.0), amount(138.2, 12.0), amount(-0.00012345, 0.00003), amount(3.2e-7), amount(12.3456)
    ('20,100', '138', '−0.00012', '3.2e−7', '12.35')
    """
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    exact = not error > ROUNDING * size
    if exact and not size:
        return "0"
    if not SCIENTIFIC[0] <= max(size, error) < SCIENTIFIC[1]:
        return _scientific(value, 3 if exact else max(_decimals(error) + math.floor(math.log10(max(size, error))), 0))
    return _plain(value, 3 - math.floor(math.log10(size)) if exact else _decimals(error), exact=exact)


def with_error(value: float, error: float) -> str:
    """Write an amount and its Monte Carlo error, unbroken.

    Examples
    --------
    >>> with_error(69.33, 5.4).split(), with_error(0.00025, 0.000009).split(), with_error(0.0, 0.0)
    (['69', '±', '5'], ['0.000250', '±', '0.000009'], '0')
    """
    if not error > ROUNDING * abs(value):
        return amount(value)
    return f"{amount(value, error)}{plus_minus(value, error)}"


def plus_minus(value: float, error: float) -> str:
    """Write an amount's Monte Carlo error as it stands behind the amount; nothing where there is none."""
    if not error > ROUNDING * abs(value):
        return ""
    small = not SCIENTIFIC[0] <= max(abs(value), error) < SCIENTIFIC[1]
    return f"{NARROW}±{NARROW}{_scientific(error, 0) if small else _plain(error, _decimals(error), exact=False)}"


def _decimals(error: float) -> int:
    """Give how many decimals an error supports: to its first digit, or the second where the first is a 1."""
    place = -math.floor(math.log10(error))
    return place + 1 if error * 10.0**place < 1.95 else place


def _plain(value: float, decimals: int, *, exact: bool) -> str:
    near = round(value, decimals) + 0.0
    text = f"{abs(near):,.{max(decimals, 0)}f}"
    if exact and "." in text:
        text = text.rstrip("0").rstrip(".")
    return MINUS + text if near < 0 else text


def _scientific(value: float, digits: int) -> str:
    mantissa, power = f"{value:.{min(digits, 3)}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(power)}".replace("-", MINUS)


def short(name: str) -> str:
    """Shorten a name for a figure.

    Examples
    --------
    >>> short("surgery"), short("x" * 40)
    ('surgery', 'xxxxxxxxxxxxxxxxxxx…')
    """
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def shown_positions(decision: Decision) -> list[int]:
    """Give the positions along `wtp` that tables show: all where they are few, else some evenly spread, rising."""
    rising = np.argsort(decision.wtp, kind="stable")
    values = np.array(decision.wtp)[rising]
    rising = rising[np.concatenate([[True], np.diff(values) > 0])]
    count = min(len(rising), SHOWN)
    return [int(rising[i]) for i in np.unique(np.linspace(0, len(rising) - 1, count).round().astype(int))]


def least_sure(decision: Decision) -> int:
    """Give the position along `wtp` where the best strategy is best in the fewest draws."""
    return int(decision.curves["ceaf"].to_numpy().argmin())


def runner_up(decision: Decision, position: int) -> tuple[str, float, float]:
    """Give the second best strategy at a willingness to pay, by how much it falls short, and the error of that."""
    curves = decision.curves.isel(wtp=position)
    best = str(curves["optimal"].item())
    names = decision.strategies
    value = curves["nmb"].to_numpy().copy()
    first = names.index(best)
    lead = value[first]
    value[first] = -np.inf
    second = int(value.argmax())
    wtp = decision.wtp[position]
    cost, effect = decision.cost.to_numpy(), decision.effect.to_numpy()
    gap = wtp * (effect[:, first] - effect[:, second]) - (cost[:, first] - cost[:, second])
    return names[second], float(lead - value[second]), float(gap.std(ddof=1) / np.sqrt(len(gap)))


def ratio_error(decision: Decision, strategy: str, against: str) -> float:
    """Give the Monte Carlo error of an ICER (delta method)."""
    cost, effect = (
        (values.sel(strategy=strategy) - values.sel(strategy=against)).to_numpy()
        for values in (decision.cost, decision.effect)
    )
    mean = effect.mean()
    if mean == 0:
        return math.nan
    residual = cost - cost.mean() / mean * effect
    return float(residual.std(ddof=1) / abs(mean) / np.sqrt(len(cost)))


def ranges(decision: Decision) -> list[tuple[str, str]]:
    """Give the strategies of the frontier, each with the range of willingness to pay at which it is best, in words."""
    rows = decision.icers[decision.icers["status"] == "frontier"]
    names = rows["strategy"].tolist()
    icers = rows["icer"].tolist()[1:]
    limits = [
        amount(icer, ratio_error(decision, name, before))
        for icer, before, name in zip(icers, names[:-1], names[1:], strict=True)
    ]
    if not limits:
        return [(names[0], "at any")]
    between = [f"from {low} to {high}" for low, high in itertools.pairwise(limits)]
    return list(zip(names, [f"up to {limits[0]}", *between, f"from {limits[-1]} on"], strict=True))


def headline(decision: Decision) -> str:
    """Say which strategy is best, and at what willingness to pay."""
    best = ranges(decision)
    if len(best) == 1:
        return f"{best[0][0]} is expected to be best whatever a unit of effect is worth."
    depends = "Which strategy is best depends on what a unit of effect is worth"
    said = f"{depends}: {', '.join(f'{name} {where}' for name, where in best)}."
    if len(said) > LONGEST_HEADLINE:
        return f"{depends}: {len(best)} of the {len(decision.strategies)} are expected to be best at some value."
    return said


def how_sure(decision: Decision) -> list[str]:
    """Say how sure the choice is, and where simulation alone leaves it open."""
    curves = decision.curves
    at = least_sure(decision)
    wtp, best = amount(decision.wtp[at]), str(curves["optimal"].values[at])
    probability = float(curves["ceaf"].values[at])
    evpi = with_error(float(curves["evpi"].values[at]), float(curves["evpi_error"].values[at]))
    if float(curves["evpi"].max()) <= 0:
        return ["Every draw agrees on the best strategy at each willingness to pay looked at."]
    said = [
        f"The choice is least sure at a willingness to pay of {wtp}: there {best} is expected to be best, and is best "
        f"in {counted(probability)} of the draws. Knowing everything before choosing would be worth {evpi}, per "
        "whatever the files are per."
    ]
    close = []
    for position in shown_positions(decision):
        _, lead, error = runner_up(decision, position)
        if lead < SURE * error:
            close.append(amount(decision.wtp[position]))
    if close:
        said.append(
            f"At a willingness to pay of {joined(close)} the two best strategies are closer than {SURE:g} Monte "
            f"Carlo errors: {decision.draws:,} draws do not tell which of them is expected to be best."
        )
    return said


def more_information(decision: Decision) -> list[str]:
    """Say what knowing parameters is worth, and where draws are too few to say it."""
    if decision.evppi is None:
        return [
            "What single parameters are worth knowing is not shown: their draws were not given.",
        ]
    at = least_sure(decision)
    found = decision.evppi.isel(wtp=at)
    top = most_informative(decision, at)
    if not top:
        said = [
            f"At a willingness to pay of {amount(decision.wtp[at])} nothing that was asked about is worth enough to "
            "know to stand out from its error."
        ]
    else:
        values = [
            f"{name} {with_error(float(found['value'][i]), float(found['se'][i]))}"
            for i, name in ((i, str(found["parameters"].values[i])) for i in top[:3])
        ]
        said = [
            f"Worth knowing most at a willingness to pay of {amount(decision.wtp[at])}: {', '.join(values)}. Such "
            "values do not add up."
        ]
    few = too_few(decision)
    if few:
        said.append(
            f"Draws are too few to trust the value of knowing {', '.join(few[:3])}"
            f"{f' and {len(few) - 3} more' if len(few) > 3 else ''}: make more before acting on it."
        )
    return said


def most_informative(decision: Decision, position: int) -> list[int]:
    """Give positions of the parameters whose worth stands out from its error, the most first."""
    if decision.evppi is None:
        return []
    found = decision.evppi.isel(wtp=position)
    value, error = found["value"].to_numpy(), found["se"].to_numpy()
    order = np.argsort(-value, kind="stable")
    return [int(i) for i in order if value[i] > 0 and value[i] >= SURE * error[i]]


def too_few(decision: Decision) -> list[str]:
    """Name the parameters whose value cannot be trusted somewhere that is shown, for want of draws, and may matter."""
    if decision.evppi is None:
        return []
    at = sorted({*shown_positions(decision), least_sure(decision)})
    found, evpi = decision.evppi.isel(wtp=at), decision.curves["evpi"].isel(wtp=at)
    matters = np.maximum(found["value"], found["se"]) > NEGLIGIBLE * evpi
    enough = (found["enough"] | ~matters).all("wtp").to_numpy()
    return [str(name) for name, fine in zip(decision.evppi["parameters"].values, enough, strict=True) if not fine]


def summary(decision: Decision, written: Sequence[str] = ()) -> str:
    """Give the analysis as text for the terminal.

    Parameters
    ----------
    written
        What every row is written to as well, in words such as "the JSON".
    """
    lines = [
        f"{len(decision.strategies)} strategies, {decision.draws:,} draws; compared with {decision.comparator}",
        "",
        headline(decision),
        *how_sure(decision),
        "",
        *_frontier_lines(decision, written),
        "",
        *_threshold_lines(decision),
    ]
    if decision.evppi is not None:
        lines += ["", *_information_lines(decision, written)]
    return "\n".join(lines)


def _frontier_lines(decision: Decision, written: Sequence[str]) -> list[str]:
    head = ["strategy", "cost", "effect", "ICER", ""]
    errors = {"cost": monte_carlo_error(decision.cost), "effect": monte_carlo_error(decision.effect)}
    rows = []
    for row in decision.icers.to_dict("records"):
        said = row["words"] if row["status"] == "frontier" else f"{row['status']}: {row['words']}"
        means = [amount(row[key], float(error.sel(strategy=row["strategy"]))) for key, error in errors.items()]
        rows.append([row["strategy"], *means, amount(row["icer"]), said])
    kept = max(int((decision.icers["status"] == "frontier").sum()), MOST_ROWS)
    rest = [_left_out(len(rows) - kept, "more off the frontier", written)] if len(rows) > kept else []
    return [*_columns(head, rows[:kept], left={0, 4}), *rest]


def _left_out(count: int, what: str, written: Sequence[str]) -> str:
    """Say how many rows are not shown, and where they are."""
    return f"({count} {what}, in {joined(written)})" if written else f"({count} {what}; --json and --html have all)"


def _threshold_lines(decision: Decision) -> list[str]:
    head = ["at a wtp of", "best", "by", "best in", "EVPI"]
    curves = decision.curves
    rows = []
    for i in shown_positions(decision):
        second, lead, error = runner_up(decision, i)
        rows.append(
            [
                amount(decision.wtp[i]),
                str(curves["optimal"].values[i]),
                f"{with_error(lead, error)} over {second}",
                counted(float(curves["ceaf"].values[i])),
                with_error(float(curves["evpi"].values[i]), float(curves["evpi_error"].values[i])),
            ]
        )
    return _columns(head, rows, left={1, 2})


def _information_lines(decision: Decision, written: Sequence[str]) -> list[str]:
    at = least_sure(decision)
    head = [f"EVPPI at a wtp of {amount(decision.wtp[at])}", "value", ""]
    found = decision.evppi.isel(wtp=at) if decision.evppi is not None else None
    top = most_informative(decision, at)[:MOST_INFORMATIVE]
    if found is None or not top:
        return more_information(decision)
    few = set(too_few(decision))
    rows = []
    for i in top:
        name = str(found["parameters"].values[i])
        value = with_error(float(found["value"][i]), float(found["se"][i]))
        rows.append([name, value, "too few draws to trust" if name in few else ""])
    left = len(found["parameters"]) - len(top)
    rest = [_left_out(left, "other" if left == 1 else "others", written)] if left else []
    return [*_columns(head, rows, left={0, 2}), *rest]


def _columns(head: list[str], rows: list[list[str]], left: set[int]) -> list[str]:
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *rows]
    ]
