"""What groups of parameters are called, in the language of the report.

Results hold their names in English, put together of a phrase and what it is about; both are said anew.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from hecon.evaluation.information import ALL_OF, EFFECTS, FITTED, TAKES
from hecon.report import words
from hecon.report.language import ENGLISH, speaking, t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hecon.evaluation.information import Information
    from hecon.inputs.parameters import Parameters
    from hecon.inputs.schema import ProgramFile


def effects_of(program: ProgramFile) -> str:
    """Give what the group of a program's effects is called."""
    return t(EFFECTS, program=words.spoken(program.label))


def relabelled(information: Information, english: Parameters, spoken: Parameters) -> Information:
    """Give what knowing is worth with the labels of the language that is spoken.

    Parameters
    ----------
    information
        As `hecon.evaluation.information` gives it.
    english
        The parameters of the run.
    spoken
        The same with their labels, and those of programs, in the language that is spoken.
    """
    with speaking(ENGLISH):
        before = tuple(_labels(english))
    said = dict(zip(before, _labels(spoken), strict=True))
    labels = [said.get(label, label) for label in information.known["label"]]
    return replace(information, known=information.known.assign(label=labels))


def _labels(parameters: Parameters) -> Iterator[str]:
    """Go through what parameters and groups of them are called, in an order that no language changes."""
    for program in parameters.programs.values():
        yield effects_of(program)
        yield t(TAKES, program=words.spoken(program.label))
    for block in parameters.blocks:
        yield t(FITTED, block=block)
    for file in sorted({PurePath(entry.file).name for entry in parameters.entries.values()}):
        yield t(ALL_OF, file=file)
    for entry in parameters.entries.values():
        yield entry.label
