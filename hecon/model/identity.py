"""What a run is, as a name: runs of one name give the same bytes, and none takes up what is kept of another."""

import hashlib
import os
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import hecon

if TYPE_CHECKING:
    from hecon.inputs.points import Inputs
    from hecon.model.block import Setup

LIBRARIES = ("numpy", "numba", "scipy")
"""Those that a result's last bits may depend on."""
ROOMS = ("inputs", "model")
"""Whose code the sums of a run depend on."""


def identity(inputs: "Inputs", setup: "Setup", *more: object, rooms: Iterable[str] = ROOMS) -> str:
    """Name a run by everything that its results depend on: parameters, points, what is asked, code and libraries.

    Parameters
    ----------
    inputs : its draws
    setup : what it is asked for
    more : what else its results depend on, that says all of itself in `repr`
    rooms : whose code they depend on
    """
    asked = (setup.strategies, setup.people, setup.weeks, setup.seed, setup.by, setup.money, setup.first)
    digest = hashlib.sha256(os.fsencode(repr((machinery(rooms), str(inputs.date), asked, more))))
    digest.update(inputs.draw.tobytes())
    for name in sorted(inputs.drawn):
        digest.update(name.encode() + inputs.drawn[name].tobytes())
    for name in sorted(inputs.entries):
        digest.update(repr((name, inputs.entries[name].value)).encode())
    for name in sorted(inputs.programs):
        digest.update(name.encode() + inputs.programs[name].model_dump_json().encode())
    if setup.cohort is not None:
        from pandas.util import hash_pandas_object

        digest.update(repr(list(setup.cohort)).encode() + hash_pandas_object(setup.cohort).to_numpy().tobytes())
    return digest.hexdigest()[:16]


def machinery(rooms: Iterable[str] = ()) -> tuple[str, ...]:
    """Say which code and libraries compute here."""
    return (f"code {code_digest(rooms)}", *(f"{library} {version(library)}" for library in LIBRARIES))


def code_digest(rooms: Iterable[str] = ()) -> str:
    """Tell one state of hecon's own files from another of the same version: of some rooms only, or of all."""
    package = Path(hecon.__file__).parent
    digest = hashlib.sha256()
    wanted = set(rooms)
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package)
        if not wanted or place.parts[0] in wanted:
            digest.update(place.as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:12]
