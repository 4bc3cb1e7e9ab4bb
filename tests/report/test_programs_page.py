"""docs/programs.md says what the program files say."""

from pathlib import Path

import numpy as np
import pytest

from hecon.evaluation.programs import described
from hecon.inputs.parameters import read_parameters
from hecon.report import programs

PAGE = Path(__file__).parents[2] / "docs" / programs.PAGE


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


def test_the_page_is_that_of_the_files(parameters):
    """After a change of a program: hecon programs --page docs."""
    assert PAGE.read_text(encoding="utf-8") == programs.page(parameters)


def test_every_program_has_a_section_with_its_contacts_and_conflicts(parameters):
    text = programs.page(parameters)
    for name, program in parameters.programs.items():
        part = text[text.index(f'<a id="{name}"></a>') :]
        part = part[: part.find("<a id=", 1) if part.find("<a id=", 1) > 0 else None]
        for contact in program.contacts:
            assert f"| {contact.name.replace('_', ' ')} |" in part
        flat = " ".join(part.split())
        for conflict in program.conflicts:
            assert " ".join(conflict.text.split()) in flat
        assert " ".join(program.measured_in.split()) in flat


def test_an_effect_is_said_with_its_interval_or_as_unknown(parameters):
    said = programs.effect_words(described(parameters, "danish_return_to_work_municipality_2"))
    assert said == "hazard ratio of sustained return 1.51 (1.31 to 1.74)"
    assert programs.effect_words(described(parameters, "cross_sector_program")) == "no known effect"
    fixed = {"figure": "a ratio", "effect": 2.0, "effect_low": np.nan, "effect_high": np.nan}
    assert programs.effect_words(fixed) == "a ratio 2.00"


def test_the_page_is_written_whole(parameters, tmp_path):
    path = programs.write_page(parameters, tmp_path / "new")
    assert path.read_text(encoding="utf-8") == programs.page(parameters)
    assert [file.name for file in path.parent.iterdir()] == [programs.PAGE]
