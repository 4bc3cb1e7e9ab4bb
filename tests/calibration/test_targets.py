"""The published figures: read whole or refused in one line, with the errors that rounding adds."""

import tomllib

import pytest

from hecon.calibration.figures import LONG_RUN, fitted_targets
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import shipped_folder
from hecon.inputs.targets import ARMS, Target, read_targets
from hecon.model.trial import STATISTICS

ENTRY = (
    '[[targets]]\nname = "a"\narm = "usual_care"\nstatistic = "aap_entry"\nvalue = 0.1\nunit = "share"\n'
    'role = "{role}"\nsource = "s"\nlocator = "l"\nread = "primary"\nn = 10\n'
)


@pytest.fixture(scope="module")
def shipped():
    return read_targets(shipped_folder())


def target(**fields):
    """One figure."""
    about = {"name": "a", "arm": "usual_care", "statistic": "aap_entry", "value": 0.1, "unit": "share", "role": "fit"}
    return Target(**(about | {"source": "s", "locator": "l", "read": "primary"} | fields))


def refused(folder, text):
    """What a targets file is refused for."""
    (folder / "targets.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_targets(folder)
    return str(caught.value)


def test_each_figure_stands_once(shipped):
    names = [one.name for one in shipped]
    assert len(set(names)) == len(names)


def test_every_figure_has_a_source_that_is_listed(shipped):
    sources = tomllib.loads((shipped_folder() / "sources.toml").read_text(encoding="utf-8"))
    assert {one.source for one in shipped} <= set(sources)


def test_every_figure_has_an_error_or_people_to_take_one_from(shipped):
    assert [one.name for one in shipped if (one.n is None) == (one.se is None)] == []


def test_every_figure_is_fitted_or_only_checked(shipped):
    assert {one.role for one in shipped} == {"fit", "check"}


def test_the_people_analysed_are_those_of_the_trial(shipped):
    analysed = {
        arm: {one.n for one in shipped if one.arm == arm and one.n and "session" not in one.name} for arm in ARMS
    }
    assert analysed == {"usual_care": {264}, "active_control": {251}, "motivational_interviewing": {255}}


@pytest.mark.parametrize("arm", ["active_control", "motivational_interviewing"])
def test_shares_with_two_one_and_no_sessions_add_to_one(shipped, arm):
    shares = [one.value for one in shipped if one.arm == arm and one.statistic.startswith("sessions_")]
    assert len(shares) == 3
    assert sum(shares) == pytest.approx(1.0, abs=1.5e-4)  # each printed to four digits


@pytest.mark.parametrize("arm", sorted(ARMS))
def test_every_arm_has_its_seven_figures_and_quartiles_in_order(shipped, arm):
    of = {one.statistic: one.value for one in shipped if one.arm == arm and one.role == "fit"}
    seven = [name for name in STATISTICS if not name.startswith("sessions_")]
    assert set(seven) <= set(of)
    assert of["benefit_days_q1"] < of["benefit_days_median"] < of["benefit_days_q3"]


def test_the_model_computes_every_fitted_figure(shipped):
    fitted = {one.statistic for one in shipped if one.role == "fit"}
    assert fitted <= {*STATISTICS, "hazard_ratio", *LONG_RUN}


@pytest.mark.parametrize(
    ("unit", "digit"),
    [("share", 0.01), ("full-time-equivalent workdays", 1.0), ("calendar days", 1.0)],
)
def test_rounding_adds_the_variance_of_a_uniform_over_the_last_digit(unit, digit):
    assert target(unit=unit).rounding_variance == pytest.approx(digit**2 / 12.0, rel=1e-14)


def test_a_ratio_is_rounded_on_the_scale_of_its_logarithm():
    ratio = target(unit="hazard ratio, se on the log scale", value=1.25)
    assert ratio.is_ratio
    assert ratio.rounding_variance == pytest.approx((0.01 / 1.25) ** 2 / 12.0, rel=1e-14)


def test_of_the_shares_of_sessions_the_last_is_not_fitted(shipped):
    fitted = fitted_targets(shipped_folder())
    assert set(fitted) == {one for one in shipped if one.role == "fit" and one.statistic != "sessions_none"}
    assert [one for one in fitted if one.statistic == "sessions_two"]


def test_a_folder_with_nothing_to_fit_is_refused(tmp_path):
    (tmp_path / "targets.toml").write_text(ENTRY.format(role="check"), encoding="utf-8")
    with pytest.raises(InputError, match=r"targets\.toml: no target has the role fit") as caught:
        fitted_targets(tmp_path)
    assert len(caught.value.faults) == 1


def test_a_folder_without_targets_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"targets\.toml: targets cannot be read") as caught:
        read_targets(tmp_path)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "targets"),
        ("[[targets]\n", "Expected"),
        ('[[targets]]\nname = "a"\n', "arm"),
        (ENTRY.format(role="fit") + "people = 3\n", "people"),
    ],
    ids=["empty", "not-toml", "incomplete", "unknown-key"],
)
def test_a_broken_entry_is_refused_in_one_line_that_names_the_file(tmp_path, text, named):
    line = refused(tmp_path, text)
    assert len(line.splitlines()) == 1
    assert str(tmp_path / "targets.toml") in line
    assert named in line
