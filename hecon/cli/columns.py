"""Columns of text for a terminal."""

from collections.abc import Collection, Sequence


def columns(head: Sequence[str], rows: Sequence[Sequence[str]], *, words: Collection[int] = (0,)) -> str:
    """Lay out a table: columns of words begin at the left, those of numbers end at the right.

    Examples
    --------
    >>> print(columns(["what", "NOK"], [["a wage", "12"], ["a fee", "3,400"]]))
    what      NOK
    a wage     12
    a fee   3,400
    """
    lines = [head, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if place in words else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
