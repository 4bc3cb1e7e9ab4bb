"""The page of a validation: written from its numbers alone, the same every time, and honest about what missed."""

import copy
import json
import re
from pathlib import Path

import pytest
from scipy.stats import binom

from hecon.inputs.parameters import shipped_folder
from hecon.report.validation import FOLDER, NO_CHECKS, PAGE, page, read_numbers, terminal, write_page
from hecon.report.validation_figures import figures
from hecon.report.validation_tables import counts_table, figures_table, markdown, plain, shown, written
from hecon.report.validation_words import (
    independent_sentences,
    known_misses,
    misses,
    prior_sentences,
    recovery_sentences,
    sessions_sentences,
    unseen_misses,
    unseen_sentences,
)

DOCS = Path(__file__).parents[2] / "docs"
ARMS = {"usual_care": 264, "active_control": 251, "motivational_interviewing": 255}
WEEKS = [0, 26, 52]


def figure(arm, statistic, unit, observed, low, high, **more):
    """A row of the fitted or predicted figures."""
    about = {"figure": f"{arm}.{statistic}", "arm": arm, "against": None, "statistic": statistic, "unit": unit}
    numbers = {"observed": observed, "median": (low + high) / 2, "low": low, "high": high}
    where = {
        "percentile": 50.0,
        "inside": low <= observed <= high,
        "width_ratio": 1.25,
        "sampling_sd": (high - low) / 4,
    }
    return about | numbers | where | more


def other(study, name, observed, low, high, **more):
    """A row of the figures of other studies."""
    inside = None if observed is None else low <= observed <= high
    return {
        "study": study,
        "figure": name,
        "unit": "workdays",
        "observed": observed,
        "observed_low": None,
        "observed_high": None,
        "predicted": (low + high) / 2,
        "low": low,
        "high": high,
        "inside": inside,
        "miss": 0.0,
        "direction": "",
        "reason": "",
        "seen": "no",
    } | more


def part(inside, of):
    """A part of the summary."""
    return {"inside": inside, "of": of, "share": inside / of if of else None}


def sessions(none=70.0, two=110.0, before=0.4):
    """The table by sessions of one arm."""
    mean = {2: two, 1: 90.0, 0: none}
    rows = []
    for number, share in ((2, 0.5), (1, 0.1), (0, 0.4)):
        values = {"share": share, "mean": mean[number], "returned_before": before if number == 0 else 0.01}
        values |= dict.fromkeys(("benefit_days_q1", "benefit_days_median", "benefit_days_q3"), mean[number])
        rows += [
            {"arm": "active_control", "sessions": number, "quantity": name, "predicted": value}
            | {"low": 0.9 * value, "high": 1.1 * value}
            for name, value in values.items()
        ]
    return rows


@pytest.fixture
def content():
    fitted = [
        figure("usual_care", "benefit_days_median", "full-time-equivalent workdays", 76.0, 59.0, 93.0),
        figure(
            "active_control", "benefit_days_q3", "full-time-equivalent workdays", 155.0, 111.0, 154.8, percentile=97.6
        ),
        figure("motivational_interviewing", "sustained_return", "share", 0.89, 0.79, 0.93),
    ]
    predicted = [
        figure(
            "motivational_interviewing",
            "hazard_ratio_adjusted",
            "hazard ratio, se on the log scale",
            1.12,
            0.75,
            1.16,
            against="usual_care",
        )
    ]
    curves = [
        {
            "curve": name,
            "arm": arm,
            "week": WEEKS,
            "predicted": [0.0, 0.5 * top, top],
            "low": [0.0, 0.4 * top, 0.9 * top],
        }
        | {"high": [0.0, 0.6 * top, 1.1 * top]}
        for name, top in (("days", 90.0), ("returned", 0.8))
        for arm in ARMS
    ]
    states = (
        "work",
        "full_sick_leave",
        "graded_sick_leave",
        "work_assessment_allowance",
        "disability_pension",
        "unemployed",
    )
    curves += [
        {"curve": "states", "arm": "usual_care", "state": state, "week": WEEKS, "predicted": [1 / 6] * 3}
        for state in states
    ]
    return {
        "record": {
            "trials": 4000,
            "trials_at_the_point": 2000,
            "trials_followed": 200,
            "unseen_draws": 400,
            "seed": 7,
            "scenario": "none",
            "statute_date": "2019-07-01",
            "analysed": ARMS,
            "randomised": ARMS | {"active_control": 252},
            "parameters": "0123456789abcdef0123",
            "refits_emulator_error": None,
            "rows": 1000,
            "recipe": {"method": "emcee"},
            "hecon": "0.1.0",
            "numpy": "2",
            "numba": "1",
        },
        "summary": {
            "usual_care": part(1, 1),
            "all_arms": part(3, 4),
            "fitted": part(2, 3),
            "predicted": part(1, 1),
            "unseen": part(1, 2),
            "left_out": part(0, 0),
            "misses": ["active_control.benefit_days_q3"],
        },
        "fitted": fitted,
        "predicted": predicted,
        "by_sessions": sessions(),
        "left_out": [],
        "recovery": {},
        "prior_sensitivity": [],
        "unseen": [
            other("A trial", "Days, median", 50.0, 40.0, 60.0, observed_low=45.0, observed_high=55.0),
            other("A trial", "Days, lower quartile", 10.0, 20.0, 30.0, reason="Its people were others."),
            other("A trial", "Days, imposed", 10.0, 20.0, 30.0, seen="imposed"),
            other("A trial", "Days, sign", None, 1.0, 3.0, direction="positive", inside=True, seen="input"),
            other("A trial", "Days, not judged", 5.0, 5.0, 5.0, inside=None),
        ],
        "curves": curves,
    }


@pytest.fixture
def checked(content):
    """The same with what the calibration found of itself."""
    content = copy.deepcopy(content)
    left_out = [
        {"left_out": name, "figure": row["figure"], "width_ratio": wide}
        | {key: row[key] for key in ("observed", "median", "low", "high", "inside")}
        for name, wide in (("usual_care", 0.8), ("days on benefit", 1.7))
        for row in content["fitted"]
    ]
    left_out.append(
        {"left_out": "registers", "figure": "aap_leavers_work_share", "width_ratio": 1.0}
        | {"observed": 0.45, "median": 0.44, "low": 0.3, "high": 0.6, "inside": True}
    )
    content["left_out"] = left_out
    content["summary"]["left_out"] = part(5, 7)
    content["record"]["refits_emulator_error"] = 0.31
    content["recovery"] = {
        "replications": 40,
        "parameters": 2,
        "interval": 0.9,
        "coverage": 0.85,
        "low": 0.81,
        "high": 0.89,
        "by_parameter": {"frailty_sd": 0.75, "relapse_rate": 0.95},
        "days_against_usual_care": {"early_follow_up": 0.9},
    }
    content["prior_sensitivity"] = [
        {"priors": priors, "strategy": strategy, "days_median": days, "days_low": days - 9.0, "days_high": days + 9.0}
        | {"days_fewer": 0.4, "entry_median": 0.02, "entry_low": -0.03, "entry_high": 0.07, "entry_fewer": 0.25}
        for priors, days in (("as stated", 1.0), ("effects: twice the SD", -2.0))
        for strategy in ("early_follow_up",)
    ]
    return content


# The page that is shipped


def test_the_shipped_page_is_what_its_numbers_say():
    assert (DOCS / PAGE).read_text(encoding="utf-8") == page(read_numbers(shipped_folder()))


def test_the_shipped_figures_are_those_of_the_page():
    shown_ones = re.findall(rf"\]\(({FOLDER}/[^)]+\.svg)\)", (DOCS / PAGE).read_text(encoding="utf-8"))
    there = {path.relative_to(DOCS).as_posix() for path in (DOCS / FOLDER).iterdir()}
    assert there == set(shown_ones)
    assert len(shown_ones) == len(set(shown_ones)) >= 5


# Writing it


def test_the_page_needs_nothing_but_its_numbers(checked, tmp_path):
    assert page(json.loads(json.dumps(checked))) == page(checked)
    path = write_page(checked, tmp_path)
    assert path.read_text(encoding="utf-8") == page(checked)
    there = {file.name for file in (tmp_path / FOLDER).iterdir()}
    assert there == set(re.findall(rf"\]\({FOLDER}/([^)]+\.svg)\)", page(checked)))


def test_figures_are_the_same_every_time_and_say_no_date(checked):
    first = figures(checked)
    assert figures(copy.deepcopy(checked)) == first
    for svg in first.values():
        assert "<svg" in svg
        assert "dc:date" not in svg
        assert not re.search(r"#0[0-9a-f]0[0-9a-f]0[0-9a-f]\b", svg)  # no placeholder ink is left


def test_every_figure_is_told_to_those_who_cannot_see_it(checked):
    images = re.findall(r"!\[([^\]]*)\]\(", page(checked))
    assert len(images) == 6
    assert all(len(text) > 40 for text in images)


def test_no_missing_number_is_printed(content, checked):
    for one in (content, checked):
        for text in (page(one), terminal(one)):
            assert not re.search(r"\b(nan|None|inf|True|False)\b", text)


# What it says


def test_the_headline_counts_usual_care_and_all_arms(content):
    said = "1 of 1 published figures of usual care and 3 of 4 of the three arms (75%) lie inside"
    assert said in page(content)
    assert said in terminal(content)


def test_a_miss_is_named_with_its_size(content):
    said = (
        "Active control, days on benefit, upper quartile: published 155, predicted 111.0 to 154.8, 0.2 days above; "
        "percentile 98."
    )
    assert misses(content) == [said]
    assert f"- {said}" in page(content)
    assert said in terminal(content)
    assert "| **outside** |" in markdown(figures_table(content["fitted"]))
    assert plain(figures_table(content["fitted"])).count("OUTSIDE") == 1


@pytest.mark.parametrize(
    ("unit", "observed", "low", "high", "said"),
    [
        ("share", 0.10, 0.121, 0.30, "2.1 points below"),
        ("share", 0.35, 0.121, 0.30, "5.0 points above"),
        ("hazard ratio", 1.5, 0.8, 1.2, "0.300 above"),
        ("calendar days", 100.0, 120.0, 180.0, "20.0 days below"),
    ],
)
def test_the_size_of_a_miss_is_in_its_unit(content, unit, observed, low, high, said):
    content["fitted"] = [figure("usual_care", "aap_entry", unit, observed, low, high)]
    content["predicted"] = []
    assert said in misses(content)[0]


def test_nothing_outside_is_said_to_be_so(content):
    content["fitted"] = [row for row in content["fitted"] if row["inside"]]
    content["unseen"] = []
    assert misses(content) == []
    assert "Nothing lies outside its interval." in terminal(content)
    assert "Outside lie" not in page(content)


def test_what_was_fitted_and_what_was_predicted_stand_apart(content):
    text = page(content)
    fitted = text[text.index("## What was fitted") : text.index("## What was predicted")]
    predicted = text[text.index("## What was predicted") : text.index("## By number")]
    assert "Days on benefit, median" in fitted
    assert "adjusted |" not in fitted
    assert "Hazard ratio of return against usual care, adjusted | 1.12 |" in predicted
    assert "The model's ratios are unadjusted" in predicted


def test_fewer_days_without_a_session_are_no_effect(content):
    said = sessions_sentences(content)
    assert said == [
        "Active control: people without a session have 70 days on average and those with two 110, because 40% of "
        "those without a session, and 1% of those with two, had begun their sustained return before the first session "
        "was due."
    ]
    assert said[0] in page(content)
    assert "no effect of sessions" in page(content)


def test_more_days_without_a_session_have_no_because(content):
    content["by_sessions"] = sessions(none=120.0)
    assert "because" not in sessions_sentences(content)[0]
    assert "have 120 days on average and those with two 110; 40%" in sessions_sentences(content)[0]


def test_misses_of_other_studies_have_a_reason_and_what_was_known_is_not_counted(content):
    assert unseen_misses(content["unseen"]) == [
        "Days, lower quartile, workdays: published 10, predicted 20 to 30. Its people were others."
    ]
    text = page(content)
    assert "A trial 1 of 2" in text
    assert "**outside, imposed**" in text
    assert "| a higher value | – | 2.0 | 1.0 to 3.0 | agrees, input |" in text
    assert "unseen_1.svg" in text


def test_signs_are_counted_apart_and_one_that_differs_is_named(content):
    content["unseen"] += [
        other("A trial", "Days, fewer", None, 1.0, 3.0, direction="negative", inside=False, reason="Nobody knows."),
        other("A trial", "Days, alike", None, -1.0, 3.0, direction="none", inside=True),
    ]
    text = page(content)
    assert "Directions, where only a sign was published: 1 of 2 agree." in text
    assert "Directions, where only a sign was published: 1 of 2 agree." in terminal(content)
    assert "A trial 1 of 2" in text  # numbers alone
    assert "Days, fewer, workdays: published a lower value, predicted 1.0 to 3.0. Nobody knows." in text
    assert "| **differs** |" in text


def test_a_study_that_was_given_an_effect_is_told_apart(content):
    assert "given a published effect" not in page(content)
    content["unseen"] += [
        other("B", "Days", 1.0, 0.0, 2.0, given="B's hazard ratio"),
        other("C", "Days", 3.0, 0.0, 2.0, given="B's hazard ratio"),
    ]
    said = (
        "Of the figures counted, 2 are of studies whose emulation is given a published effect (B's hazard ratio in B "
        "and C): 1 of these lie inside, and tell of what follows from the effect, not of the effect. Of the 2 others 1 "
        "lie inside."
    )
    assert unseen_sentences(content["unseen"]) == [said]
    assert said in page(content)


def test_what_was_known_and_is_missed_all_the_same_is_named_with_its_reason(content):
    content["unseen"].append(
        other("Leavers", "In a job", 38.0, 13.8, 28.2, unit="%", seen="fitted", reason="They fall ill again.")
    )
    said = "Leavers: in a job: published 38.0%, predicted 13.8% to 28.2% (fitted). They fall ill again."
    assert said in known_misses(content["unseen"])
    text = page(content)
    assert f"- {said}" in text[: text.index("## What was fitted")]
    assert f"- {said}" in text[text.index("### Leavers") :]
    assert said in terminal(content)
    assert unseen_misses(content["unseen"][-1:]) == []


def test_figures_that_follow_from_others_are_counted_away(content):
    assert independent_sentences(content) == []
    content["fitted"] += [
        figure("active_control", f"sessions_{number}", "share", 0.4, 0.3, 0.5) for number in ("two", "one", "none")
    ]
    content["predicted"].append(
        figure("motivational_interviewing", "hazard_ratio", "hazard ratio", 0.7, 0.75, 1.16, against="usual_care")
    )
    # Eight figures, of which the upper quartile and the unadjusted ratio are outside; two that are inside fall away.
    assert independent_sentences(content) == [
        "The share with no session (1) follows from the other two and is left out of the likelihood; the adjusted "
        "hazard ratios (1) have the prediction of the unadjusted: without these 6 figures remain, of which 4 lie "
        "inside."
    ]
    assert independent_sentences(content)[0] in page(content)
    content["predicted"][-1]["low"] = 0.6
    content["fitted"] = [row for row in content["fitted"] if row["statistic"] != "sessions_one"]
    assert independent_sentences(content) == []


def test_under_a_scenario_the_page_says_that_checks_are_the_base_case_s(content):
    content["record"]["scenario"] = "no_effect"
    said = "Made for the base case alone, not under the scenario `no_effect`."
    assert page(content).count(said) == 3
    assert NO_CHECKS not in page(content)
    assert said.replace("`", "") in terminal(content)


def test_the_priors_say_whose_sign_and_whether_zero_is_left_out(checked):
    assert prior_sentences(checked)[0].endswith("hangs on the priors, and no 95% interval leaves out zero.")
    for row, days in zip(checked["prior_sensitivity"], (-10.0, -9.5), strict=True):
        row |= {"days_median": days, "days_low": days - 9.2, "days_high": days + 9.7}
    assert prior_sentences(checked)[0].endswith(
        "the median's sign does not hang on the priors, and 1 of 2 95% intervals leave out zero."
    )


def test_without_checks_the_page_says_so(content):
    assert page(content).count(NO_CHECKS) == 3
    assert "hecon calibrate --checks" in terminal(content)


def test_checks_are_told(checked):
    text = page(checked)
    assert NO_CHECKS not in text
    assert "Usual care 2 of 3; Days on benefit 2 of 3; Registers 1 of 1" in text
    assert "off by at most 0.31 standard errors" in text
    assert "A width can be under 1" in text
    assert "Leavers of the allowance to work | 45% | 44% | 30% to 60% |" in text
    assert "Early follow-up: the median lies between −2.0 and 1.0 days; the median's sign hangs on the priors" in text
    assert "| 2.0 | −3.0 to 7.0 | 25% |" in text
    assert "Left out and refitted  Inside  Of  Width" in terminal(checked)


def test_recovery_names_the_parameters_that_fall_short_by_more_than_chance(checked):
    said = " ".join(recovery_sentences(checked))  # 0.9 - 2 sqrt(0.9 x 0.1 / 40) = 0.805
    assert "The 90% intervals of 2 parameters hold the truth in 85% of cases" in said
    assert "Less often than chance in 40 trials allows (81%): `frailty_sd` 75%." in said
    assert "the refit's prior is that same distribution: the only case in which 90% intervals must hold" in said
    checked["recovery"]["by_parameter"]["frailty_sd"] = 0.81
    assert "No parameter's intervals hold it less often than chance" in " ".join(recovery_sentences(checked))


def test_how_many_parameters_fall_short_by_chance(checked):
    # Of two tries 0.5 - 2 sqrt(0.5 x 0.5 / 2) is under nought; of 25 it is 0.3, and 7 or fewer of 25 fall short.
    checked["recovery"] |= {"interval": 0.5, "replications": 2, "parameters": 26}
    assert "Of 26 parameters 0.0 would be expected" in " ".join(recovery_sentences(checked))
    checked["recovery"]["replications"] = 25
    expected = 26 * binom.cdf(7, 25, 0.5)
    assert f"Of 26 parameters {expected:.1f} would be expected to fall short so" in " ".join(
        recovery_sentences(checked)
    )


def test_the_command_repeats_the_run(content):
    assert "hecon validate --trials 4000 --unseen-draws 400 --seed 7 --keep --page docs" in page(content)
    content["record"]["scenario"] = "no_effect"
    assert "--seed 7 --scenario no_effect --page docs" in page(content)
    assert "**This run has the scenario `no_effect` in place.**" in page(content)


# Numbers


def test_numbers_show_on_which_side_a_figure_lies():
    row = {"unit": "share", "observed": 0.88, "median": 0.92, "low": 0.8831, "high": 0.95, "inside": False}
    assert written(row) == ("88%", "92.0%", "88.3% to 95.0%")
    assert written(row | {"low": 0.8769, "inside": True}) == ("88%", "92%", "88% to 95%")
    assert written(row | {"low": 0.8649, "inside": True}) == ("88%", "92%", "86% to 95%")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.874, "share", "87%"),
        (1.0, "odds ratio", "1.00"),
        (-4.62, "workdays", "−4.6"),
        (154.84, "workdays", "155"),
        (52.4, "%", "52.4%"),
        (-2580.0, "EUR", "−2,580"),
        (0.17, "rate", "0.17"),
        (-0.0004, "QALYs", "0.000"),
        (None, "EUR", "–"),
    ],
)
def test_numbers_in_their_units(value, unit, text):
    assert shown(value, unit) == text


def test_counts_by_group_with_the_median_width():
    rows = [
        {"left_out": "a_b", "inside": inside, "width_ratio": wide}
        for inside, wide in ((True, 1.0), (False, 3.0), (True, 2.0))
    ]
    assert (
        plain(counts_table(rows, "left_out", "Left out")) == "Left out  Inside  Of  Width\nA b            2   3    2.0"
    )
