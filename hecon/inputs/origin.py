"""What parameters were read from and what was put in place since, so that a file can hold it all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hecon.inputs.schema import Change, ProgramFile

Kind = Literal["overlay", "scenario", "program"]


@dataclass(frozen=True)
class Step:
    """Something that was put in place after the files were read.

    Attributes
    ----------
    kind
        An overlay, a scenario or a program.
    name
        What the overlay is called in messages; the scenario's or the program's name.
    changes
        Of an overlay.
    program
        The program, whole.
    """

    kind: Kind
    name: str
    changes: Mapping[str, Change] | None = None
    program: ProgramFile | None = None


@dataclass(frozen=True, eq=False)
class Origin:
    """What parameters were read from.

    Attributes
    ----------
    texts
        The text of every file that was read, by its place in the folder.
    calibrated
        Whether the calibrated blocks were asked for.
    steps
        What was put in place since, in that order.
    validation
        The text of the record of a validation that stood beside the files; empty where there was none.
    """

    texts: Mapping[str, str]
    calibrated: bool
    steps: tuple[Step, ...] = ()
    validation: str = ""

    def then(self, step: Step) -> "Origin":
        """Give the origin with one step more."""
        return replace(self, steps=(*self.steps, step))

    def told(self) -> str:
        """Give what was put in place as JSON, for a file that holds the texts beside it."""
        steps = [
            {
                "kind": step.kind,
                "name": step.name,
                "changes": step.changes
                and {name: change.model_dump(mode="json") for name, change in step.changes.items()},
                "program": step.program and step.program.model_dump(mode="json"),
            }
            for step in self.steps
        ]
        return json.dumps({"calibrated": self.calibrated, "steps": steps})


def retold(told: str, texts: Mapping[str, str], validation: str = "") -> Origin:
    """Give the origin that `Origin.told` and the texts tell."""
    read = json.loads(told)
    steps = tuple(
        Step(
            step["kind"],
            step["name"],
            # Through JSON, as strict types take a list for a tuple, or a whole number for a real one, only there.
            {name: Change.model_validate_json(json.dumps(change)) for name, change in step["changes"].items()}
            if step["changes"] is not None
            else None,
            ProgramFile.model_validate_json(json.dumps(step["program"])) if step["program"] is not None else None,
        )
        for step in read["steps"]
    )
    return Origin(texts, read["calibrated"], steps, validation)
