"""Compare the return-to-work programs: which is worth its cost, to whom, and how sure are we.

Compares usual case management, early follow-up, motivational interviewing and a coordinated program for people
sick-listed eight weeks or more in Norway, over 12 months and five years. Writes the report in English and Norwegian,
in every format, its tables as CSV, and the run itself, from which each report can be made again:

    python analyses/icer_report.py
"""

from pathlib import Path

import hecon
from hecon.cli.group import answering

RESULTS = Path(__file__).parents[1] / "results"
REPORTS = (
    ("report.html", "en"),
    ("rapport.html", "nb"),
    ("report.docx", "en"),
    ("report.xlsx", "en"),
    ("report.pdf", "en"),
)
"""PDF last: it needs an extra, and a library of the system's."""


def main() -> None:
    """Compare the programs, write the reports and their tables, and print the answer."""
    comparison = hecon.compare(hecon.read_parameters(), people=20_000, draws=1000, weeks=260, progress=True)
    stored = comparison.save(RESULTS / "results.nc")
    comparison.save_csv(RESULTS)

    said = hecon.answer(comparison)
    print(said.headline)
    print(said.because[0])
    for name, lang in REPORTS:
        try:
            print(f"Report: {hecon.write_report(comparison, RESULTS / name, lang=lang)}")
        except hecon.InputError as missing:
            print(missing)
    print(f"Results: {stored}")


if __name__ == "__main__":
    with answering():
        main()
