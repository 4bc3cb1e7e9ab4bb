"""The one error that a reader of parameter files meets."""

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Something is wrong with what the user gave: files, names, dates or points.

    The message has one line per fault, each saying the file, the entry, the
    value, and the way out. The command line prints it and exits with code 2.
    """

    @classmethod
    def of(cls, faults: Iterable[str]) -> "InputError":
        """Gather many faults in one error, one line each."""
        return cls("\n".join(faults))

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults, one a line of the message."""
        return tuple(str(self).splitlines())


def closest(name: str, known: Iterable[str]) -> str:
    """Say which known name is nearest to one that is not known."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"the closest known name is {near[0]}"
    if len(names) > 12:
        return f"no known name is close to it; the first of {len(names)} are {', '.join(names[:3])}"
    return f"known are {', '.join(names)}" if names else "none is known"
