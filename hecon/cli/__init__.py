"""The command `hecon`."""

import logging

import click

import hecon
from hecon.cli.comparisons import report, run
from hecon.cli.contents import check, parameters, programs
from hecon.cli.decisions import cea, export
from hecon.cli.fitting import calibrate, validate
from hecon.cli.group import Group
from hecon.cli.precision import precision
from hecon.cli.registers import register
from hecon.cli.sensitivity import sensitivity
from hecon.cli.voi import voi

WIDTH = 100


@click.group(cls=Group, context_settings={"max_content_width": WIDTH, "help_option_names": ["-h", "--help"]})
@click.version_option(hecon.__version__, prog_name="hecon")
def main() -> None:
    """Which return-to-work program is worth its cost in Norway, to whom, and how sure are we."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")


for command in (
    report,
    run,
    register,
    parameters,
    programs,
    check,
    calibrate,
    validate,
    cea,
    export,
    sensitivity,
    precision,
    voi,
):
    main.add_command(command)
