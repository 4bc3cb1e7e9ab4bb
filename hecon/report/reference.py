"""The reference pages of the documentation: every parameter, source and scenario, written from the parameter files.

The pages are Markdown as MyST reads it: `(name)=` before a heading is what a link `#name` leads to.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from hecon.model.runs import whole_file
from hecon.report.evidence import GRADES
from hecon.report.numbers import MINUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hecon.inputs.entries import Defined, Parameter
    from hecon.inputs.parameters import Parameters
    from hecon.inputs.schema import PublishedValue, Source

GROUPS = {
    "statute": ("The statute", "What the law says a day in each state pays, and who pays it."),
    "wages": ("Wages", "What the people of the model earn."),
    "population": ("People", "Who they are at inclusion."),
    "transitions": (
        "Transitions that are not fitted",
        "Rates and weights from registers, the life table, and judgement.",
    ),
    "calibrated": (
        "Transitions and effects that are fitted",
        "One joint posterior; see [calibration](../calibration.md).",
    ),
    "costs": ("Unit costs", "What an hour, a trip or a course costs."),
    "programs": ("Programs", "What each program does, takes and is attended by; see [the programs](../programs.md)."),
    "utilities": ("Utilities", "Quality of life by state."),
    "economics": ("Rules of account", "Discounting, the cost of public funds, and conventions that are ours."),
    "prices": ("Price indices", "What takes money of another year or currency to NOK of 2025."),
    "volumes": ("How many people", "What turns a result per person into one for Norway."),
    "research": ("The next trial", "What a trial costs and takes; no result per person depends on it."),
}
"""Groups of parameters by the file or folder they stand in: title and what they are, in the order of the pages."""
READ = {
    "primary": "read in the source",
    "secondary": "read in another text that cites the source",
    "derived": "computed from what was read",
    "memory": "from memory, read nowhere",
}


def write_reference(parameters: Parameters, folder: Path) -> list[Path]:
    """Write the reference pages to a folder, each whole or not at all, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in pages(parameters).items():
        with whole_file(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
        paths.append(folder / name)
    return paths


def pages(parameters: Parameters) -> dict[str, str]:
    """Give the pages by file name: an overview, one page a group of parameters, scenarios and sources.

    The same parameters give the same text.
    """
    return {
        "parameters.md": overview(parameters),
        **{f"parameters_{group}.md": group_page(parameters, group) for group in GROUPS},
        "scenarios.md": scenarios_page(parameters),
        "sources.md": sources_page(parameters),
    }


def overview(parameters: Parameters) -> str:
    """Give the page that leads to the groups: how many parameters, of which grade, and how many are uncertain."""
    entries = list(parameters.entries.values())
    groups = Counter(group_of(entry) for entry in entries)
    grades, moving = Counter(e.grade for e in entries), Counter(e.grade for e in entries if e.uncertain)
    lines = [
        "# Every parameter",
        "",
        f"The {len(entries)} numbers that hecon reads, as they stand in `parameters/` on {parameters.date}. This page "
        "and those under it are written from the files when the documentation is built. Money is in NOK of 2025 where "
        "the model reads it; a distribution is written in the terms of its source.",
        "",
        *_table(
            ("group", "parameters", "what they are"),
            [
                (f"[{title}](parameters_{group}.md)", str(groups[group]), what)
                for group, (title, what) in GROUPS.items()
            ],
        ),
        "",
        "## Grades",
        "",
        "A grade says what kind of evidence a value rests on. A *spread* beside it is the grade of the distribution "
        "where that is another: a published value whose spread is a judgement.",
        "",
        *_table(
            ("grade", "what it means", "parameters", "of them uncertain"),
            [(grade, meaning, str(grades[grade]), str(moving[grade])) for grade, meaning in GRADES.items()],
        ),
        "",
        "The same on the command line: `hecon parameters`, `hecon parameters NAME`, `hecon parameters --grade "
        "assumption`. To put a number of your own in place of one: [your own numbers](../howto/own_parameters.md).",
        "",
        "```{toctree}",
        ":hidden:",
        "",
        *(f"parameters_{group}" for group in GROUPS),
        "```",
    ]
    return "\n".join(lines) + "\n"


def group_page(parameters: Parameters, group: str) -> str:
    """Give the page of one group of `GROUPS`: a section a parameter, by name."""
    title, what = GROUPS[group]
    lines = [f"# {title}", "", what, ""]
    entries = [entry for entry in parameters.entries.values() if group_of(entry) == group]
    for entry in sorted(entries, key=lambda one: (one.file, one.name)):
        lines += section(parameters, entry)
    return "\n".join(lines) + "\n"


def section(parameters: Parameters, entry: Parameter) -> list[str]:
    """Give the lines of one parameter: value, distribution, grade, source and where in it, and its dated values."""
    defined = parameters.definitions.get(entry.name)
    lines = [f"({entry.name})=", f"## {_text(entry.label)}", "", f"`{entry.name}`, in `{entry.file}`", ""]
    facts = [("value", f"**{value_words(entry.value)}** {_text(entry.unit)}")]
    if entry.price_year is not None:
        facts.append(("published", f"{value_words(entry.published)}, {entry.currency} of {entry.price_year}"))
    facts += [
        ("distribution", distribution_words(entry)),
        ("grade", grade_words(entry)),
        ("source", _cited(parameters.sources, entry.source)),
        ("where", _text(entry.locator)),
    ]
    if entry.role == "reference":
        facts.append(("role", "for reference: the model does not read it"))
    lines += [f"- *{key}*: {text}" for key, text in facts]
    if defined is not None and len(defined.values) > 1:
        lines += ["", *_dated(defined)]
    return [*lines, ""]


def scenarios_page(parameters: Parameters) -> str:
    """Give the page of the scenarios: what each assumes, and the values it puts in the place of others."""
    lines = [
        "# Every scenario",
        "",
        "A scenario is a file in `parameters/scenarios/`: a structural choice or a reform, as values that take the "
        "place of others. `hecon report --scenario NAME` runs one; [the model](../model.md) says how the tables "
        "were made.",
        "",
    ]
    for name, scenario in sorted(parameters.scenarios.items()):
        lines += [f"(scenario-{name})=", f"## {_text(scenario.label)}", "", f"`{name}`. {_text(scenario.summary)}", ""]
        if scenario.calibration is not None:
            lines += [f"Draws of its own: `parameters/calibrated/scenarios/{scenario.calibration}.csv`.", ""]
        rows = []
        for changed, change in scenario.changes.items():
            spread = "fixed" if change.distribution is None else reported_words(change.distribution)
            target = f"[`{changed}`](parameters_{group_of(parameters[changed])}.md#{changed})"
            rows.append((target, value_words(change.value), spread, _text(change.note or "")))
        if rows:
            lines += [*_table(("parameter", "value", "distribution", "note"), rows), ""]
    return "\n".join(lines) + "\n"


def sources_page(parameters: Parameters) -> str:
    """Give the page of the sources: what each is, where it is found, and the parameters that rest on it."""
    using: dict[str, list[Parameter]] = {}
    for entry in parameters.entries.values():
        using.setdefault(entry.source, []).append(entry)
    lines = [
        "# Every source",
        "",
        f"The {len(parameters.sources)} sources in `parameters/sources.toml`, and which parameters rest on each.",
        "",
    ]
    for key, source in sorted(parameters.sources.items()):
        where = f". {_text(source.journal_or_publisher)}" if source.journal_or_publisher else ""
        link = f". {_address(source.doi_or_url)}" if source.doi_or_url else ""
        lines += [f"(source-{key})=", f"## {_text(source.authors)} ({source.year})", ""]
        lines += [f"{_text(source.title)}{where}{link}", "", f"`{key}`" + _note(source), ""]
        used = sorted(using.get(key, ()), key=lambda one: one.name)
        if used:
            links = (f"[`{one.name}`](parameters_{group_of(one)}.md#{one.name})" for one in used)
            lines += [f"Behind {', '.join(links)}.", ""]
    return "\n".join(lines) + "\n"


def group_of(entry: Parameter) -> str:
    """Give the group of `GROUPS` that a parameter stands in."""
    return entry.file.split("/", maxsplit=1)[0].removesuffix(".toml")


def value_words(value: float | tuple[float, ...]) -> str:
    """Write a value in full, or how many numbers a list has.

    Examples
    --------
    >>> value_words(130160.0), value_words(-0.05), value_words((1.0, 2.0, 4.0))
    ('130,160', '−0.05', '3 numbers, 1 to 4')
    """
    if isinstance(value, tuple):
        return f"{len(value)} numbers, {value_words(value[0])} to {value_words(value[-1])}"
    digits = 0 if abs(value) >= 1e5 else 6
    text = f"{value:,.0f}" if digits == 0 or value == round(value) else f"{value:,.6g}"
    return text.replace("-", MINUS)


def distribution_words(entry: Parameter) -> str:
    """Say what distribution a parameter is drawn from."""
    if entry.block is not None:
        return f"drawn with the others of the calibrated block `{entry.block}`, one row at a time"
    return "none: fixed" if entry.distribution is None else reported_words(entry.distribution)


def reported_words(distribution: Mapping[str, object]) -> str:
    """Write a distribution as its file reports it.

    Examples
    --------
    >>> reported_words({"family": "gamma", "mean": 2.0, "ci95": [1.2, 3.0]})
    'gamma, mean 2, 95% interval 1.2 to 3'
    """
    names = {"ci95": "95% interval", "se": "standard error", "sd": "standard deviation"}
    parts = [str(distribution["family"])]
    for key, value in distribution.items():
        if key != "family":
            numbers = " to ".join(value_words(float(x)) for x in np.atleast_1d(np.asarray(value, dtype=float)))
            parts.append(f"{names.get(key, key.replace('_', ' '))} {numbers}")
    return ", ".join(parts)


def grade_words(entry: Parameter) -> str:
    """Say what a value rests on, how it was read, and what its spread rests on where that is another thing."""
    spread = f"; its spread: {entry.spread}" if entry.spread else ""
    return f"{entry.grade} ({GRADES[entry.grade]}); {READ[entry.read]}{spread}"


def _dated(defined: Defined) -> Iterable[str]:
    rows = [
        (str(value.start), value_words(value.value), _until(value), _text(value.locator)) for value in defined.values
    ]
    return _table(("from", "value", "until", "where"), rows)


def _until(value: PublishedValue) -> str:
    return "" if value.end is None else str(value.end)


def _cited(sources: Mapping[str, Source], key: str) -> str:
    source = sources.get(key)
    if source is None:
        return f"`{key}`"
    link = f", {_address(source.doi_or_url)}" if source.doi_or_url else ""
    return f"[{_text(source.authors)} ({source.year})](sources.md#source-{key}){link}"


def _address(where: str) -> str:
    """Give a link to a DOI or an address."""
    if where.startswith("doi:"):
        return f"[{where}](https://doi.org/{where.removeprefix('doi:')})"
    return f"<{where}>"


def _note(source: Source) -> str:
    return f". {_text(source.note)}" if source.note else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _text(words: str) -> str:
    """Keep Markdown from taking signs of the text for its own."""
    for sign in "\\*_[]<>$#`{}":
        words = words.replace(sign, "\\" + sign)
    return words
