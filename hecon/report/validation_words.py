"""What a validation says, in sentences computed from its numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hecon.inputs.unseen import UNKNOWN
from hecon.report.numbers import percent
from hecon.report.validation_tables import (
    arm_label,
    between,
    grouped,
    judged,
    label,
    percentile,
    published,
    shown,
    signs,
    spoken,
    unknown,
    with_unit,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, Any]
    Content = Mapping[str, Any]

CHANCE = 2.0
"""Standard errors by which a share may fall short before it is named."""


def headline(content: Content) -> str:
    """Say in one sentence how many published figures the simulated trials hold."""
    usual, every = content["summary"]["usual_care"], content["summary"]["all_arms"]
    return (
        f"{usual['inside']} of {usual['of']} published figures of usual care and {every['inside']} of {every['of']} of "
        f"the three arms ({percent(every['share'])}) lie inside their 95% predictive interval."
    )


def misses(content: Content) -> list[str]:
    """Say of every figure of the trial that lies outside its interval by how much."""
    said = []
    for row in [*content["fitted"], *content["predicted"]]:
        if not row["inside"]:
            above = row["observed"] > row["high"]
            distance = row["observed"] - row["high"] if above else row["low"] - row["observed"]
            printed, _, interval = written(row)
            said.append(
                f"{arm_label(row['arm'])}, {lower(label(row))}: published {printed}, predicted {interval}, "
                f"{_size(distance, row['unit'])} {'above' if above else 'below'}; "
                f"percentile {percentile(row['percentile'])}."
            )
    return said


def unseen_misses(rows: Sequence[Row]) -> list[str]:
    """Say which figures of another study lie outside their interval, by the likely reason."""
    return [
        f"{spoken('; '.join(missed(row) for row in theirs))}. {reason or ''}".rstrip()
        for reason, theirs in grouped(outside(rows), "reason").items()
    ]


def known_misses(rows: Sequence[Row]) -> list[str]:
    """Say which figures of another study lie outside although the calibration knew them, by study and likely reason."""
    known = [row for row in rows if row["inside"] is False and row["seen"] != UNKNOWN]
    return [
        f"{study}: {'; '.join(_known_miss(row) for row in theirs)}. {reason or ''}".rstrip()
        for study, all_theirs in grouped(known, "study").items()
        for reason, theirs in grouped(all_theirs, "reason").items()
    ]


def unseen_sentences(rows: Sequence[Row]) -> list[str]:
    """Say how many signs agree, and how many counted figures are of studies that were given a published effect."""
    said, only = [], signs(rows)
    if only:
        said.append(
            f"Directions, where only a sign was published: {_held(only)} of {len(only)} "
            "agree. A direction agrees if the median has the sign, or if the interval holds zero where no difference "
            "was found."
        )
    counted = judged(rows)
    given = [row for row in counted if row.get("given")]
    free = [row for row in counted if not row.get("given")]
    if given:
        what = "; ".join(
            f"{effect} in {' and '.join(grouped(theirs, 'study'))}"
            for effect, theirs in grouped(given, "given").items()
        )
        said.append(
            f"Of the figures counted, {len(given)} are of studies whose emulation is given a published effect "
            f"({what}): {_held(given)} of these lie inside, and tell of what follows from the effect, not of the "
            f"effect. Of the {len(free)} others {_held(free)} lie inside."
        )
    return said


def independent_sentences(content: Content) -> list[str]:
    """Say how many figures are inside without those whose prediction is that of others; nothing if there are none."""
    rows = [*content["fitted"], *content["predicted"]]
    found = {(row["arm"], row["statistic"]): row for row in rows}
    sessions = [
        row
        for row in rows
        if row["statistic"] == "sessions_none"
        and all((row["arm"], f"sessions_{number}") in found for number in ("one", "two"))
    ]
    adjusted = [
        row
        for row in rows
        if "_adjusted" in row["statistic"]
        and _alike(row, found.get((row["arm"], row["statistic"].replace("_adjusted", ""))))
    ]
    left = [row for row in rows if row not in sessions and row not in adjusted]
    said = []
    if sessions:
        said.append(
            f"the share with no session ({len(sessions)}) follows from the other two and is left out of the likelihood"
        )
    if adjusted:
        said.append(f"the adjusted hazard ratios ({len(adjusted)}) have the prediction of the unadjusted")
    if not said:
        return []
    text = "; ".join(said)
    return [
        f"{text[:1].upper()}{text[1:]}: without these {len(left)} figures remain, of which {_held(left)} lie inside."
    ]


def sessions_sentences(content: Content) -> list[str]:
    """Say why people with no session have other days than those with two: who was there, and no effect."""
    found = {(row["arm"], row["sessions"], row["quantity"]): row["predicted"] for row in content["by_sessions"]}
    said = []
    for arm in dict.fromkeys(row["arm"] for row in content["by_sessions"]):
        none, two = ({q: found[arm, number, q] for q in ("mean", "returned_before")} for number in (0, 2))
        if None in (*none.values(), *two.values()):
            continue
        days, before = (
            [shown(one[quantity], unit) for one in (none, two)]
            for quantity, unit in (("mean", "days"), ("returned_before", "share"))
        )
        gone = f"{before[0]} of those without a session, and {before[1]} of those with two, had begun their sustained "
        fewer = none["mean"] < two["mean"] and none["returned_before"] > two["returned_before"]
        said.append(
            f"{arm_label(arm)}: people without a session have {days[0]} days on average and those with two {days[1]}"
            + (f", because {gone}" if fewer else f"; {gone}")
            + "return before the first session was due."
        )
    return said


def recovery_sentences(content: Content) -> list[str]:
    """Say how often fits to simulated trials find the truth; nothing where it has not been tried."""
    found = content["recovery"]
    if not found:
        return []
    interval, tries = found.get("interval", 0.95), found["replications"]
    said = [
        f"{tries} trials were simulated at known parameters and fitted again. The {percent(interval)} intervals of "
        f"{found['parameters']} parameters hold the truth in {percent(found['coverage'])} of cases (95% interval of "
        f"that share {percent(found['low'])} to {percent(found['high'])}).",
        "Truths are drawn from a normal distribution around the fit, wider than the posterior, and the refit's prior "
        f"is that same distribution: the only case in which {percent(interval)} intervals must hold the truth in "
        f"{percent(interval)} of cases. It tries the emulator, the covariance and the sampler, not the priors.",
    ]
    least = interval - CHANCE * math.sqrt(interval * (1.0 - interval) / tries)
    short = sorted((share, name) for name, share in found["by_parameter"].items() if share < least)
    named = ", ".join(f"`{name}` {percent(share)}" for share, name in short)
    said.append(
        f"Less often than chance in {tries} trials allows ({percent(least)}): {named}."
        if short
        else f"No parameter's intervals hold it less often than chance in {tries} trials allows ({percent(least)})."
    )
    chance = found["parameters"] * _short_by_chance(tries, interval, least)
    said.append(f"Of {found['parameters']} parameters {chance:.1f} would be expected to fall short so by chance alone.")
    days = ", ".join(f"{lower(spoken(n))} {percent(s)}" for n, s in found.get("days_against_usual_care", {}).items())
    return [*said, *([f"Mean days against usual care are held in: {days}."] if days else [])]


def prior_sentences(content: Content) -> list[str]:
    """Say how far other priors move the days against usual care, and what of their sign hangs on them."""
    said = []
    for name, theirs in grouped(content["prior_sensitivity"], "strategy").items():
        days = [row["days_median"] for row in theirs]
        least, most = (shown(one, "days", 1) for one in (min(days), max(days)))
        hangs = "hangs on the priors" if min(days) < 0.0 < max(days) else "does not hang on the priors"
        clear = sum(not row["days_low"] <= 0.0 <= row["days_high"] for row in theirs)
        zero = f"{clear} of {len(theirs)} 95% intervals leave out zero" if clear else "no 95% interval leaves out zero"
        said.append(
            f"{spoken(name)}: the median lies between {least} and {most} days; the median's sign {hangs}, and {zero}."
        )
    return said


def known_figures(content: Content) -> dict[str, Row]:
    """Give the trial's figures by name."""
    return {row["figure"]: row for row in [*content["fitted"], *content["predicted"]]}


def outside(rows: Sequence[Row]) -> list[Row]:
    """Give the figures of other studies that nothing knew and that lie outside their interval, or have another sign."""
    return [row for row in unknown(rows) if not row["inside"]]


def missed(row: Row) -> str:
    """Write what another study published and what was predicted of it."""
    interval = between(row["low"], row["high"], row["unit"])
    return f"{lower(with_unit(row))}: published {published(row)}, predicted {interval}"


def shares(rows: Sequence[Row], key: str) -> str:
    """Write how many lie inside, by what stands under a key."""
    return "; ".join(
        f"{spoken(name)} {sum(bool(row['inside']) for row in theirs)} of {len(theirs)}"
        for name, theirs in grouped(rows, key).items()
    )


def count(part: Row) -> str:
    """Say how many lie inside, from a part of the summary."""
    return f"{part['inside']} of {part['of']} lie inside their 95% interval."


def arm_name(arm: str) -> str:
    """Write the name of an arm as in the middle of a sentence."""
    return lower(arm_label(arm))


def lower(text: str) -> str:
    """Write words as in the middle of a sentence; what is all capitals stays so."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _size(distance: float, unit: str) -> str:
    """Write how far a figure lies outside, in its unit."""
    if unit.startswith("share"):
        return f"{100.0 * distance:.1f} points"
    return f"{distance:.3f}" if "ratio" in unit else f"{distance:.1f} days"


def _known_miss(row: Row) -> str:
    return f"{missed(row)} ({row['seen']})"


def _held(rows: Sequence[Row]) -> int:
    return sum(bool(row["inside"]) for row in rows)


def _alike(row: Row, other: Row | None) -> bool:
    """Say whether two figures have the same prediction."""
    return other is not None and all(row[key] == other[key] for key in ("median", "low", "high"))


def _short_by_chance(tries: int, interval: float, least: float) -> float:
    """Give the chance that right intervals hold the truth in a share of the tries that is under the least."""
    return sum(
        math.comb(tries, held) * interval**held * (1.0 - interval) ** (tries - held)
        for held in range(tries + 1)
        if held / tries < least
    )
