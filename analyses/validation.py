"""Hold the calibrated model against the trial: run it again 4,000 times and write docs/validation.md.

The published figures of the Trondheim trial beside what simulated trials show, and the studies that the model was not
fitted to. `hecon validate --page docs` does the same:

    python analyses/validation.py
"""

from pathlib import Path

import hecon
from hecon.calibration.figures import DATE
from hecon.report.validation import FOLDER, NUMBERS, terminal, write_page

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Validate, write numbers, figures and page, and print the tables."""
    validation = hecon.validate(hecon.read_parameters(DATE), progress=True)
    validation.save(DOCS / FOLDER / NUMBERS)
    content = validation.content()
    print(terminal(content))
    print(f"Page: {write_page(content, DOCS)}")


if __name__ == "__main__":
    main()
