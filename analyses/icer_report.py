"""Compare the return-to-work programs: which is worth its cost, to whom, and how sure are we.

Compares usual case management, early follow-up, motivational interviewing and a coordinated program for people
sick-listed eight weeks or more in Norway, over 12 months and five years. Takes under a minute:

    python analyses/icer_report.py
"""

from pathlib import Path

import hecon
from hecon.cli.group import answering

RESULTS = Path(__file__).parents[1] / "results"


def main() -> None:
    """Compare the programs, write the report and its tables, and print the answer."""
    parameters = hecon.read_parameters()
    comparison = hecon.compare(parameters, people=20_000, draws=1000, weeks=260, progress=True)

    report = hecon.write_report(comparison, RESULTS / "report.html")
    comparison.save_csv(RESULTS)

    said = hecon.answer(comparison)
    print(said.headline)
    print(said.because[0])
    print(f"Report: {report}")


if __name__ == "__main__":
    with answering():
        main()
