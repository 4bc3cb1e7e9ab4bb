"""What the tests of the page share: a browser, a run with subgroups, and the page of it in both languages."""

from dataclasses import fields
from functools import cache

import jinja2
import pytest
import xarray as xr
from browser import chromium

from hecon.evaluation.comparison import NO_AAP_DIFFERENCE, SUBGROUPS, Comparison, compare
from hecon.evaluation.pairs import value_of_day
from hecon.inputs.parameters import read_parameters
from hecon.model.simulation import STRATEGIES, simulate
from hecon.report.document import render
from hecon.report.interactive import explore
from hecon.report.language import LANGUAGES, localised, speaking

DRAWS = 40
BARE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>x</title></head><body><main>'
    '{% include "explore.html.j2" %}</main></body></html>'
)


SHARED = {"whole", "pages", "comparison", "explored"}


def pytest_collection_modifyitems(items):
    """Keep the tests that share a run on one worker, so that it is made once."""
    for item in items:
        if SHARED & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("report"))


@cache
def run_with_subgroups():
    """As much of a comparison as the interactive part reads: its draws, by subgroup, and nothing of the rest."""
    parameters = read_parameters()
    sizes = {"people": 120, "weeks": 260, "seed": 5}
    carried = simulate(parameters.sample(DRAWS, 5), STRATEGIES, by=SUBGROUPS, **sizes)
    alike = simulate(parameters.with_scenario(NO_AAP_DIFFERENCE).sample(DRAWS, 5), STRATEGIES, **sizes)
    known = {
        "parameters": parameters,
        "comparator": STRATEGIES[0],
        "carried": carried,
        "alike": alike,
        "base": xr.Dataset({"value_of_day": value_of_day(parameters, 300, 5, None)}),
        "record": {"weeks": 260, "people": "synthetic"},
    }
    return Comparison(**{field.name: known.get(field.name) for field in fields(Comparison)})


@cache
def whole_comparison():
    return compare(read_parameters(), people=300, draws=12, draw_people=50, weeks=260, seed=5)


@pytest.fixture(scope="session")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def comparison():
    return run_with_subgroups()


@pytest.fixture(scope="session")
def whole():
    return whole_comparison()


@pytest.fixture(scope="session")
def explored(tmp_path_factory):
    """The interactive part alone, one file a language."""
    bare = jinja2.Environment(loader=jinja2.PackageLoader("hecon.report"), autoescape=True).from_string(BARE)
    return _written(tmp_path_factory.mktemp("explored"), lambda: bare.render(explore=explore(run_with_subgroups())))


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """The whole report, one file a language."""
    return _written(tmp_path_factory.mktemp("pages"), lambda: render(localised(whole_comparison())))


def _written(folder, text):
    files = {}
    for language in LANGUAGES:
        with speaking(language):
            files[language] = folder / f"{language}.html"
            files[language].write_text(text(), encoding="utf-8")
    return files
