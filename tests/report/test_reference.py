"""The reference pages hold every parameter, source and scenario; the diagram every way between states."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hecon.inputs.parameters import read_parameters
from hecon.model.hazards import ON_AAP, SICKNESS, STATES, STRUCTURE
from hecon.report.diagram import NAME, diagram, exits, ways
from hecon.report.reference import GROUPS, group_of, pages, reported_words, value_words, write_reference

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.fixture(scope="module")
def written(parameters):
    return pages(parameters)


def test_every_parameter_has_a_section_with_value_unit_grade_and_source(parameters, written):
    for name, entry in parameters.entries.items():
        page = written[f"parameters_{group_of(entry)}.md"]
        section = page.split(f"({name})=\n")[1].split(")=\n")[0]
        assert f"**{value_words(entry.value)}**" in section
        assert f"*grade*: {entry.grade}" in section
        assert f"sources.md#source-{entry.source})" in section or f"`{entry.source}`" in section


def test_links_between_the_pages_lead_to_what_is_there(written):
    places = {name: set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE)) for name, text in written.items()}
    links = [link for text in written.values() for link in re.findall(r"\]\((\w+\.md)(?:#([\w-]+))?\)", text)]
    assert len(links) > 700
    for page, place in links:
        assert page in places
        assert not place or place in places[page], (page, place)


def test_every_source_and_scenario_is_there(parameters, written):
    for name in parameters.sources:
        assert f"(source-{name})=" in written["sources.md"]
    for name, scenario in parameters.scenarios.items():
        section = written["scenarios.md"].split(f"(scenario-{name})=\n")[1].split("\n(scenario-")[0]
        assert all(f"[`{changed}`]" in section for changed in scenario.changes)


def test_a_value_with_dates_shows_all_of_them(parameters, written):
    for defined in parameters.definitions.values():
        if len(defined.values) > 1 and defined.name in parameters.entries:
            page = written[f"parameters_{group_of(parameters[defined.name])}.md"]
            section = page.split(f"({defined.name})=\n")[1].split(")=\n")[0]
            assert all(f"| {value.start} | {value_words(value.value)} |" in section for value in defined.values)


def test_the_groups_hold_all_files(parameters):
    assert {group_of(entry) for entry in parameters.entries.values()} == set(GROUPS)


def test_pages_are_written_whole_and_alike(parameters, written, tmp_path):
    paths = write_reference(parameters, tmp_path / "new")
    assert {path.name: path.read_text(encoding="utf-8") for path in paths} == written


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0"), (-0.05, "−0.05"), (12345.678, "12,345.7"), (1234567.0, "1,234,567"), (3.0, "3")]
)
def test_values_are_written_in_full(value, said):
    assert value_words(value) == said


def test_a_distribution_is_written_as_it_was_reported():
    said = reported_words({"family": "beta", "events": 3.0, "total": 10.0})
    assert said == "beta, events 3, total 10"


def test_the_diagram_has_an_arrow_for_every_way_and_no_other():
    arrows = [one for one in ET.fromstring(diagram()).iter() if "data-to" in one.attrib]  # noqa: S314  (our own)
    hazards = [(one.get("data-from"), one.get("data-to")) for one in arrows if one.get("class") == "hazard"]
    expected = {(STATES[a], STATES[b]) for a in range(len(STATES)) for b in STRUCTURE.destination[a] if b >= 0}
    assert len(hazards) == len(set(hazards)) == len(expected)
    assert set(hazards) == expected == ways()
    reached = [one.get("data-to") for one in arrows if one.get("class") == "exit"]
    assert sorted(reached) == sorted(exits())
    for group in (SICKNESS, ON_AAP):
        assert exits() == {STATES[end] for end in STRUCTURE.exit_destination[group] if end >= 0}


def test_the_diagram_of_the_documentation_is_the_code_s():
    assert (DOCS / NAME).read_text(encoding="utf-8") == diagram()
