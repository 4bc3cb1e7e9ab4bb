"""docs/programs.md: every program, what it takes, what its effect rests on, and what evidence disagrees."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.evaluation.programs import described
from hecon.model.programs import contacts_of, quantities
from hecon.model.runs import whole_file
from hecon.model.simulation import COMPARATOR
from hecon.report.language import t, translated
from hecon.report.numbers import interval, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Draw
    from hecon.inputs.schema import ProgramFile, Resource, Term

PAGE = "programs.md"
WIDTH = 118
OPENING = """# The programs

Each program is a file in `parameters/programs/`; this page is written from them by `hecon programs --page docs`.
Numbers are those of the base case; `hecon parameters NAME` shows the uncertainty and the source of each, and
`python analyses/compare_programs.py` runs them all against usual case management.

*Measured in* says whom an effect was measured in. Applying it to the people of the model is a judgement, except where
they are the same; the label of each effect's grade says how far the number itself was measured. An effect on the whole
arm is turned into one on those reached as [model.md](model.md) says.
"""
GREAT = 100.0
"""From here on quantities are written with three digits, below with two."""
UNITS = {"training": "NOK of courses", "care": "NOK of care", "participant_trips": "trips"}


def write_page(parameters: Parameters, folder: Path) -> Path:
    """Write the page of the programs to a folder, whole or not at all, and return its path."""
    with whole_file(folder / PAGE) as temporary:
        temporary.write_text(page(parameters), encoding="utf-8")
    return folder / PAGE


def page(parameters: Parameters) -> str:
    """Give the page as Markdown; the same parameters give the same bytes."""
    parts = [OPENING, overview(parameters)]
    parts += [f'<a id="{name}"></a>\n\n{section(parameters, name)}' for name in in_order(parameters)]
    return "\n".join(parts)


def in_order(parameters: Parameters) -> list[str]:
    """Give the programs' names, usual care first."""
    return sorted(parameters.programs, key=lambda name: (name != COMPARATOR, name))


def overview(parameters: Parameters) -> str:
    """Give one line a program: whom it is offered to, and what its effect rests on."""
    rows = ["| program | offered to | effect | grade |", "|---|---|---|---|"]
    for name in in_order(parameters):
        about = described(parameters, name)
        link = f"[{parameters.programs[name].label}](#{name})"
        rows.append(f"| {link} | {about['offered_to']} | {effect_words(about)} | {about['grade']} |")
    return "\n".join(rows) + "\n"


def listed(parameters: Parameters, name: str) -> str:
    """Give a program on one line of a terminal."""
    about = described(parameters, name)
    return f"{name:37} {about['offered_to']!s:60} {about['grade']!s:11} {effect_words(about)}"


def effect_words(about: Mapping[Any, Any]) -> str:
    """Say what was measured of a program, and its interval, from what `described` gives."""
    value, low, high = (float(about[key]) for key in ("effect", "effect_low", "effect_high"))
    figure = translated(str(about["figure"]))
    if not np.isfinite(value):
        return figure
    if not np.isfinite(low):
        return t("{figure} {value}", figure=figure, value=number(value))
    return t("{figure} {value} ({interval})", figure=figure, value=number(value), interval=interval(low, high, 0.0))


def section(parameters: Parameters, name: str) -> str:
    """Give what there is to say of one program."""
    program, values = parameters.programs[name], parameters.base_case().one(0)
    about = described(parameters, name)
    lines = [f"## {program.label}", "", _paragraph(program.summary)]
    lines += ["", _paragraph(f"`{name}`. Offered to {about['offered_to']}. Measured in: {program.measured_in}.")]
    lines += ["", *_contacts(name, parameters, values)]
    everybody = _amounts(program.per_participant, values)
    if everybody:
        lines += ["", _paragraph(f"Per participant, besides: {everybody}.")]
    lines += ["", *_effects(parameters, program), *_conflicts(parameters, program)]
    return "\n".join(lines) + "\n"


def _contacts(name: str, parameters: Parameters, values: Draw) -> list[str]:
    rows = ["| contact | week | of those still sick-listed | takes |", "|---|---:|---:|---|"]
    for contact, own in sorted(contacts_of(name, parameters.programs), key=lambda pair: values[pair[0].week]):
        title = contact.name.replace("_", " ") + ("" if own else " (as in usual care)")
        share = f"{100.0 * values[contact.attendance]:.0f}%"
        rows.append(f"| {title} | {values[contact.week]:g} | {share} | {_amounts(contact.held, values)} |")
    return rows if len(rows) > 2 else ["No contacts."]


def _amounts(resources: Mapping[Resource, tuple[Term, ...]], values: Draw) -> str:
    parts = []
    for resource, quantity in quantities(resources, values).items():
        amount = float(quantity)
        unit = UNITS.get(resource, resource.removesuffix("_hours").replace("_", " ") + " hours")
        parts.append(f"{amount:,.2g} {unit}" if amount < GREAT else f"{number(amount)} {unit}")
    return ", ".join(parts)


def _effects(parameters: Parameters, program: ProgramFile) -> Iterable[str]:
    """Give every number of the effects with its grade and where it was read."""
    if not program.effects or not program.effect_known:
        yield "No effect: none is known."
        return
    for effect in program.effects:
        names = effect.ratios if effect.measured is None else (*effect.ratios, effect.measured.value)
        for each in names:
            entry = parameters[each]
            source = parameters.sources.get(entry.source)
            cited = entry.source if source is None else f"{source.authors} ({source.year})"
            fitted = "fitted to the trial, [calibration.md](calibration.md)"
            where = fitted if entry.block is not None else f"{cited}: {entry.locator}"
            on = effect.on.replace("_", " ")
            yield _item(
                f"Effect on {on}: {entry.label[:1].lower()}{entry.label[1:]}, {_value(entry.value)} "
                f"({entry.unit}; {entry.grade}{f', spread: {entry.spread}' if entry.spread else ''}). {where}"
            )


def _conflicts(parameters: Parameters, program: ProgramFile) -> Iterable[str]:
    if program.conflicts:
        yield ""
        yield "Evidence that disagrees:"
        yield ""
    for conflict in program.conflicts:
        other = parameters.programs.get(conflict.program or "")
        link = f" ([{other.label}](#{other.name}))" if other is not None else ""
        yield _item(f"{conflict.text}{link}")


def _value(value: float | tuple[float, ...]) -> str:
    return number(value) if isinstance(value, float) else "a list"


def _paragraph(text: str) -> str:
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _item(text: str) -> str:
    return fill(
        text, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
