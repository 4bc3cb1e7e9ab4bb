"""What a validation says: on the terminal, and as a page that is written from its numbers alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hecon.inputs.errors import InputError
from hecon.inputs.reading import VALIDATION
from hecon.model.runs import whole_file
from hecon.report.numbers import percent
from hecon.report.validation_figures import comparable, figures
from hecon.report.validation_tables import (
    counts_table,
    figures_table,
    grouped,
    judged,
    left_out_table,
    markdown,
    median_width,
    plain,
    priors_table,
    sessions_table,
    shown,
    spoken,
    unseen_table,
    width,
)
from hecon.report.validation_words import (
    arm_name,
    count,
    headline,
    independent_sentences,
    known_figures,
    known_misses,
    lower,
    missed,
    misses,
    outside,
    prior_sentences,
    recovery_sentences,
    sessions_sentences,
    shares,
    unseen_misses,
    unseen_sentences,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Row = Mapping[str, Any]
    Content = Mapping[str, Any]

PAGE, FOLDER, NUMBERS = "validation.md", "validation", VALIDATION
"""The page, the folder of its figures beside it, and its numbers in a folder of parameters."""
NO_CHECKS = "Not made for this calibration: `hecon calibrate --checks` makes it."
SEEN = 0.005
"""Share of people below which a state is not named."""
KNOWN = (
    "Outside lie also figures of other studies that the calibration or the emulation knew, so that they are misses too:"
)
NOT_FITTED = "Nothing is predicted that was not fitted: no figure in targets.toml has the role check."


def write_page(content: Content, folder: Path) -> Path:
    """Write the page and its figures, each file whole or not at all.

    Parameters
    ----------
    content
        As `Validation.content` gives it, or as `read_numbers` reads it of an earlier run: nothing is simulated.
    folder
        Where validation.md is put; its figures stand in validation/ beside it.

    Returns
    -------
    the page's path
    """
    files = {f"{FOLDER}/{name}.svg": svg for name, svg in figures(content).items()} | {PAGE: page(content)}
    for name, text in files.items():
        with whole_file(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return folder / PAGE


def read_numbers(folder: Path) -> dict[str, Any]:
    """Read what was kept of the validation of a folder of parameters; empty where none was kept.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    path = folder / NUMBERS
    try:
        return numbers_of(path.read_text(encoding="utf-8") if path.is_file() else "", str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(path), error) from error


def numbers_of(text: str, where: str) -> dict[str, Any]:
    """Give what the text of a record says, `where` it stands; empty for an empty one.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return dict(json.loads(text)) if text else {}
    except (ValueError, TypeError) as error:
        raise _unreadable(where, error) from error


def _unreadable(where: str, error: Exception) -> InputError:
    return InputError(f"{where}: cannot be read ({error}): make it again with hecon validate --keep, or remove it")


def terminal(content: Content) -> str:
    """Give the tables, and what is to be said of them, for a terminal."""
    parts = [headline(content), f"Fitted\n{plain(figures_table(content['fitted']))}"]
    if content["predicted"]:
        parts.append(f"Predicted, not fitted\n{plain(figures_table(content['predicted']))}")
    parts.append(f"By sessions received, predicted\n{plain(sessions_table(content['by_sessions']))}")
    if content["unseen"]:
        parts.append(plain(counts_table(judged(content["unseen"]), "study", "Trials it has not seen")))
    if content["left_out"]:
        parts.append(plain(counts_table(content["left_out"], "left_out", "Left out and refitted")))
    else:
        parts.append(f"Left out and refitted: {_no_checks(content).replace('`', '')}")
    parts += unseen_sentences(content["unseen"])
    found = [*misses(content), *(f"{row['study']}, {missed(row)}." for row in outside(content["unseen"]))]
    found += known_misses(content["unseen"])
    parts.append("\n".join(["Outside their intervals:", *found]) if found else "Nothing lies outside its interval.")
    return "\n\n".join(parts)


def page(content: Content) -> str:
    """Give the page as Markdown."""
    sections = {
        "What was fitted": _fitted(content),
        "What was predicted": _predicted(content),
        "By number of sessions": _by_sessions(content),
        "Trials it has not seen": _unseen(content),
        "Left out and refitted": _left_out(content),
        "Recovery of known truth": [" ".join(recovery_sentences(content)) or _no_checks(content)],
        "What the priors do": _priors(content),
        "How to repeat": _repeat(content),
    }
    parts = ["# Validation", *_opening(content)]
    for title, paragraphs in sections.items():
        parts += [f"## {title}", *paragraphs]
    return "\n\n".join(parts) + "\n"


def _opening(content: Content) -> list[str]:
    record, every = content["record"], content["summary"]["all_arms"]
    sizes = ", ".join(f"{arm_name(arm)} {number}" for arm, number in record["analysed"].items())
    more = {arm: number for arm, number in record["randomised"].items() if number != record["analysed"][arm]}
    counted = f"; sessions among the {' and '.join(map(str, more.values()))} randomised" if more else ""
    found, known = misses(content), known_misses(content["unseen"])
    scenario = f"**This run has the scenario `{record['scenario']}` in place.**"
    return [
        f"The Trondheim trial (Aasdahl and colleagues 2023) is run again in the model {record['trials']:,} times. Each "
        "simulated trial takes a row of the calibrated block at random. It has people and luck of its own, and the "
        f"trial's three arms: their sizes ({sizes}{counted}), their mix of full and graded leave at inclusion, their "
        f"sessions, twelve months, the statute of {record['statute_date']}. If model and block are right, a published "
        "figure is one more draw from what the simulated trials show.",
        *([] if record["scenario"] == "none" else [scenario]),
        f"**{headline(content)}**",
        *([f"Outside lie:\n\n{_bullets(found)}"] if found else []),
        *([f"{KNOWN}\n\n{_bullets(known)}"] if known else []),
        f"Of {every['of']} independent figures {0.05 * every['of']:.1f} would lie outside by chance. These are not "
        + " ".join(
            ["independent: those of one arm move together, and most were fitted.", *independent_sentences(content)]
        ),
        "*Percentile* says where the published figure falls in the predictive distribution, 50 being its middle; "
        "simulated figures that would be printed alike count half. *Width* is that of the interval over the one that "
        f"sampling alone gives, in {record['trials_at_the_point']:,} trials which differ in people and luck but not in "
        f"parameters, both from quantiles. {_widths(content)} An interval that holds a figure by being wide "
        "says little.",
        f"This page is written by a command from its numbers (`parameters/{NUMBERS}`), every sentence of it.",
    ]


def _widths(content: Content) -> str:
    rows = [*content["fitted"], *content["predicted"]]
    ratios = [row["width_ratio"] for row in rows if row["width_ratio"] is not None]
    if not ratios:
        return "Sampling alone has no spread here."
    return f"It lies between {width(min(ratios))} and {width(max(ratios))}, and its median is {median_width(rows)}."


def _fitted(content: Content) -> list[str]:
    every = count(content["summary"]["all_arms"])
    return [
        f"{count(content['summary']['fitted'])} That the model can have a figure it was fitted to is no prediction.",
        markdown(figures_table(content["fitted"])),
        _image("figures", f"Predictive intervals of the trial's figures around what was published: {every}"),
        "The bars are 95% predictive intervals and the dots medians; every figure has its own scale, the standard "
        "deviation that trial sampling gives it (of a ratio's logarithm). Figures that were not fitted are drawn too.",
    ]


def _predicted(content: Content) -> list[str]:
    rows = content["predicted"]
    if not rows:
        return [NOT_FITTED, *_year(content)]
    adjusted = any("adjusted" in row["statistic"] for row in rows)
    return [
        f"{count(content['summary']['predicted'])} These were not fitted, but they are of the same people as those "
        "that were, and so say less than the trials further down.",
        markdown(figures_table(rows)),
        *(["The model's ratios are unadjusted, beside the trial's adjusted ones too."] if adjusted else []),
        *_year(content),
    ]


def _year(content: Content) -> list[str]:
    ends = ", ".join(
        f"{arm_name(curve['arm'])} {shown(curve['predicted'][-1], 'days')} ({shown(curve['low'][-1], 'days')} to "
        f"{shown(curve['high'][-1], 'days')})"
        for curve in content["curves"]
        if curve["curve"] == "days"
    )
    states = {curve["state"]: curve["predicted"][-1] for curve in content["curves"] if curve["curve"] == "states"}
    last = ", ".join(f"{lower(spoken(state))} {percent(share)}" for state, share in states.items() if share >= SEEN)
    followed, trials = content["record"]["trials_followed"], content["record"]["trials"]
    parts = [
        "### The year, week by week",
        _image("days", f"Days on benefit so far, week by week. After 52 weeks: {ends}."),
        f"Mean days on benefit per person so far, with the band of 95% of {followed} simulated trials. They are the "
        "model's own count up to every fourth week, the lives being the same ones. The dashed line is usual care's. "
        f"After 52 weeks: {ends}.",
        _image("returned", "Share whose sustained return has begun, week by week, with the published figures marked."),
        f"Share whose sustained return has begun, with the band of 95% of {trials:,} trials. The diamonds are what was "
        "published: the median time, and the share within twelve months (four weeks without benefit that end by week "
        "52, so none begins after week 48).",
    ]
    if states:
        parts += [
            _image("states", f"States of the usual care arm over 52 weeks. In week 52: {last}."),
            f"Where people in the usual care arm are at the start of each week, the mean of {followed} simulated "
            f"trials, read off everybody's stays. In week 52: {last}.",
        ]
    return parts


def _by_sessions(content: Content) -> list[str]:
    return [
        "Predictions only: the trial published how many had two, one and no sessions, but not their days. Means over "
        "simulated trials, and in brackets the 95% interval over trials of that size.",
        markdown(sessions_table(content["by_sessions"])),
        "*Returned before* is the share whose sustained return had begun when the first session was due.",
        "Differences between the rows are no effect of sessions: only those still sick-listed when a session is due "
        + " ".join(["can come to it.", *sessions_sentences(content)]),
    ]


def _unseen(content: Content) -> list[str]:
    rows = content["unseen"]
    if not rows:
        return ["Other studies were left out of this run."]
    said = [
        f"{count(content['summary']['unseen'])} By study: {shares(judged(rows), 'study')}. No parameter was fitted to "
        "the figures counted. The model is given each study's people and design, and "
        f"{content['record']['unseen_draws']} rows of the calibrated block. A figure that the calibration or the "
        "emulation knew is marked with what it was to it (fitted, input, imposed: it, or what it follows from, was put "
        "in) and is not counted, nor is one whose prediction has no interval or of which only a sign was published.",
        *([" ".join(unseen_sentences(rows))] if unseen_sentences(rows) else []),
        "In the figures the broad bars are the model's 95% predictive intervals, dots and thin lines what was "
        "published, with its own interval where it has one. Marks at the edge lie beyond it. What has no number, or a "
        "prediction without spread, stands in the table alone.",
    ]
    for number, (study, theirs) in enumerate(grouped(rows, "study").items(), start=1):
        inside = shares(judged(theirs), "study") or f"{study}, none judged"
        found = unseen_misses(theirs)
        said.append(f"### {study}")
        if comparable(theirs):
            alternative = f"Published around predicted figures, inside their intervals: {inside}."
            said.append(_image(f"unseen_{number}", alternative))
        said.append(markdown(unseen_table(theirs)))
        said += [f"Outside lie, with the likely reason:\n\n{_bullets(found)}"] if found else []
        known = known_misses(theirs)
        said += [f"Known beforehand, and outside all the same:\n\n{_bullets(known)}"] if known else []
    return said


def _left_out(content: Content) -> list[str]:
    rows = content["left_out"]
    if not rows:
        return [_no_checks(content)]
    inside = shares(rows, "left_out")
    error = content["record"]["refits_emulator_error"]
    said = [
        *([] if error is None else [f"Refits are of an emulator, off by at most {error:.2f} standard errors."]),
        "*Width* is here over the normal interval that a figure's standard error gives, which includes rounding.",
        *(["A width can be under 1: the figures that were kept tell of the trial's luck too."] if _tight(rows) else []),
    ]
    return [
        "Arms and kinds of figures were left out one at a time, the model fitted to the rest, and what was left out "
        f"predicted. {count(content['summary']['left_out'])} By what was left out: {inside}.",
        " ".join(said),
        _image("left_out", f"Share of left-out figures inside their 95% interval, by what was left out: {inside}."),
        markdown(left_out_table(rows, known_figures(content))),
    ]


def _priors(content: Content) -> list[str]:
    rows = content["prior_sensitivity"]
    if not rows:
        return [_no_checks(content)]
    return [
        "Mean days on benefit and cumulative entry to the allowance in 12 months, less those of usual care, with the "
        "priors' standard deviations changed. *Points* are percentage points, *fewer* the chance of less than usual "
        "care.",
        " ".join(prior_sentences(content)),
        markdown(priors_table(rows)),
    ]


def _repeat(content: Content) -> list[str]:
    record = content["record"]
    base = record["scenario"] == "none"
    more = " --keep" if base else f" --scenario {record['scenario']}"
    run = f"--trials {record['trials']} --unseen-draws {record['unseen_draws']} --seed {record['seed']}{more}"
    recipe = record["recipe"]
    made = ", ".join(str(recipe[key]) for key in ("method", "command") if key in recipe)
    return [
        f"<!-- not run: minutes at full size -->\n```console\n$ hecon validate {run} --page docs\n```",
        f"Parameters {record['parameters'][:16]}, hecon {record['hecon']}, numpy {record['numpy']}, numba "
        f"{record['numba']}. Calibrated block: {made}; {record['rows']:,} rows.",
    ]


def _no_checks(content: Content) -> str:
    """Say why there are no refits: never made, or of the base case and not of the scenario."""
    scenario = content["record"]["scenario"]
    return NO_CHECKS if scenario == "none" else f"Made for the base case alone, not under the scenario `{scenario}`."


def _tight(rows: Sequence[Row]) -> bool:
    return any(row["width_ratio"] is not None and row["width_ratio"] < 1.0 for row in rows)


def _image(name: str, alternative: str) -> str:
    return f"![{alternative.replace('[', '(').replace(']', ')')}]({FOLDER}/{name}.svg)"


def _bullets(said: list[str]) -> str:
    return "\n".join(f"- {one}" for one in said)
