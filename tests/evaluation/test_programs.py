"""Every program against usual care: conservation of money, hand-worked offers, grades, conflicts, hours, caseloads."""

import numpy as np
import pytest

import hecon
from hecon.evaluation.programs import (
    GRADES,
    NO_EFFECT,
    best_by_group,
    conflicts,
    described,
    evidence_grade,
    in_words,
    offer_words,
    program_table,
    programs_of,
    published_effect,
    simulate_programs,
)
from hecon.evaluation.staffing import caseload_parameters, caseload_table, staffing_table
from hecon.inputs.errors import InputError
from hecon.inputs.schema import Conflict, Contact, Effect, Measured, Offer, ProgramFile, Term
from hecon.model.ledger import PARTIES, PERSPECTIVES, cost
from hecon.model.simulation import COMPARATOR, simulate

SEED = 3
DRAWS, PEOPLE = 6, 200
SICK = ("full_sick_leave", "graded_sick_leave")
OVERLAY = {"what_if_return_ratio": 1.5, "mi_first_week": 0.0}


def hours(*names, over=()):
    """A quantity."""
    return (Term(times=names, over=over),)


def program(name, **changes):
    """A contact in the week of inclusion that everybody comes to; return is faster by half in those reached."""
    contact = Contact(
        name="first",
        week="mi_first_week",
        eligible=SICK,
        attendance="what_if_return_ratio",  # 1.5: everybody's propensity is below it
        held={"caseworker_hours": hours("missed_session_hours")},
    )
    effect = Effect(on="return", ratios=("what_if_return_ratio",), until="effect_ends_week")
    given = {
        "label": name.title(),
        "summary": "S",
        "measured_in": f"People of {name}",
        "includes": (COMPARATOR,),
        "contacts": (contact,),
        "effects": (effect,),
        **changes,
    }
    return ProgramFile(name=name, **given)


@pytest.fixture(scope="module")
def parameters():
    """The shipped ones with four programs more."""
    given = hecon.read_parameters(overlays=OVERLAY)
    curve = tuple((ratio, ratio**0.5) for ratio in (0.125, 1.0, 8.0))
    measured = Measured(figure="hazard_ratio", value="coordinated_hazard_ratio", against=COMPARATOR)
    measured = measured.model_copy(update={"curve": curve})
    for one in (
        program("all"),
        program("muscles", offer=Offer(diagnosis=("musculoskeletal",)), conflicts=(Conflict(program="all", text="T"),)),
        program("late", offer=Offer(delay="mi_second_week")),
        program(
            "unknown",
            effects=(),
            effect_known=False,
            conflicts=(Conflict(text="Nobody looked."), Conflict(text="Nor elsewhere.")),
        ),
        program(
            "whole",
            effects=(Effect(on="return", until="effect_ends_week", measured=measured),),
            conflicts=(Conflict(program="muscles", text="U"), Conflict(program="all", text="V")),
        ),
    ):
        given = given.with_program(one)
    return given


NAMES = ("all", "muscles", "late", "unknown", "whole")


@pytest.fixture(scope="module")
def run(parameters):
    return simulate_programs(parameters, programs=NAMES, draws=DRAWS, people=PEOPLE, seed=SEED)


@pytest.fixture(scope="module")
def table(parameters, run):
    return program_table(parameters, run).set_index("program")


def test_all_programs_but_the_comparator_are_compared_unless_told_otherwise():
    known = hecon.read_parameters()
    some = simulate_programs(known, draws=2, people=200, seed=SEED)
    assert programs_of(some) == [name for name in known.programs if name != COMPARATOR]
    # What everybody pays is what everybody is paid, the outside too.
    money = some["money"].sum(["year", "subgroup"])
    total = sum(cost(money, {party}) for party in PARTIES)
    scale = np.abs(money).sum("flow")
    assert float((np.abs(total) / scale).max()) < 1e-12


def test_columns_are_the_same_for_every_program(table):
    assert list(table.index) == list(NAMES)
    measures = [f"gain_{one.name}" for one in PERSPECTIVES] + ["days_avoided", "delivery_cost", "sessions"]
    for measure in measures:
        ends = table[[f"{measure}_low", measure, f"{measure}_high"]].to_numpy()
        assert (np.diff(ends, axis=1) >= -1e-9).all()
        assert (table[f"{measure}_error"] >= 0.0).all()
    assert set(table["grade"]) <= set(GRADES)


def test_gains_are_those_of_simulate_per_person_offered(parameters, table):
    again = simulate(parameters.sample(DRAWS, SEED), [COMPARATOR, "muscles"], people=PEOPLE, weeks=52, seed=SEED)
    totals = again.sum("subgroup")
    gain = []
    for draw in range(DRAWS):
        usual, treated = (totals["money"].isel(draw=draw, strategy=s).sum("year") for s in (0, 1))
        society = next(one.parties for one in PERSPECTIVES if one.name == "society")
        offered = float(totals["outcome"].isel(draw=draw, strategy=1).sel(measure="offered"))
        gain.append(float(cost(usual, society) - cost(treated, society)) / offered)
    assert table.loc["muscles", "gain_society"] == pytest.approx(np.mean(gain), rel=1e-9)
    assert table.loc["muscles", "gain_society_error"] == pytest.approx(np.std(gain, ddof=1) / np.sqrt(DRAWS), rel=1e-9)
    assert table.loc["muscles", "worth"] == np.mean(np.array(gain) > 0.0)


def test_everybody_reached_is_offered_and_has_one_session(table):
    assert table.loc["all", "offered"] == 1.0
    assert table.loc["all", "sessions"] == pytest.approx(1.0, abs=0.05)  # and fewer of usual care's meetings
    assert 0.2 < table.loc["muscles", "offered"] < 0.8
    assert 0.2 < table.loc["late", "offered"] < 1.0


def test_who_is_not_offered_a_program_gains_nothing_from_it(run):
    money = run["money"].sel(strategy=["muscles", COMPARATOR], subgroup=["psychological", "other"])
    apart = np.abs(money.sel(strategy="muscles") - money.sel(strategy=COMPARATOR))
    assert float(apart.max()) == 0.0
    here = run["money"].sel(subgroup="musculoskeletal")
    assert float(np.abs(here.sel(strategy="muscles") - here.sel(strategy="all")).max()) == 0.0


def test_a_program_whose_effect_nobody_knows_only_costs(table):
    row = table.loc["unknown"]
    assert (row["figure"], row["grade"]) == (NO_EFFECT, "none")
    assert np.isnan(row["effect"])
    assert row["days_avoided"] == 0.0
    assert row["delivery_cost"] > 0.0
    # What is spent on it is all that society loses, and what raising that from taxes costs.
    assert -row["gain_society"] == pytest.approx(row["delivery_cost"] * 1.2, rel=1e-9)
    assert row["worth"] == 0.0
    assert table.loc["all", "days_avoided"] > 0.0


def test_what_an_effect_rests_on(parameters):
    def known(name):
        return parameters.programs[name]

    assert published_effect(parameters, known("all")) == ("ratio of return, those reached", (1.5,))
    assert evidence_grade(parameters, known("all")) == "assumption"
    figure, (value, low, high) = published_effect(parameters, known("whole"))
    assert figure == "hazard ratio of sustained return"
    entry = parameters["coordinated_hazard_ratio"]
    assert value == entry.value
    np.testing.assert_allclose([low, high], entry.quantile(np.array([0.025, 0.975])), rtol=0.01)
    assert evidence_grade(parameters, known("whole")) == "study"
    assert described(parameters, "whole")["spread"] == "assumption", "the interval is wider than the study's"
    assert described(parameters, "all")["spread"] == described(parameters, "motivational_interviewing")["spread"] == ""
    assert evidence_grade(parameters, known("motivational_interviewing")) == "trial"
    fitted = known("early_follow_up").effects
    assert evidence_grade(parameters, program("early_follow_up", effects=fitted)) == "trial"
    assert evidence_grade(parameters, program("once", effects=fitted)) == "assumption", "no arm had it"
    assert evidence_grade(parameters, known("early_follow_up_one_session")) == "assumption"
    weaker = known("whole").effects[0].model_copy(update={"ratios": ("what_if_return_ratio",)})
    assert evidence_grade(parameters, program("weaker", effects=(weaker,))) == "assumption"
    figure, (value, low, high) = published_effect(parameters, known("motivational_interviewing"))
    assert figure.endswith("fitted to the trial")
    ratios = ("early_contact_return_ratio", "motivational_content_return_ratio")
    block = parameters.blocks["trial"]
    product = np.prod([block.draws[:, block.columns.index(name)] for name in ratios], axis=0)
    np.testing.assert_allclose([low, high], np.quantile(product, [0.025, 0.975]), rtol=0.01)


def test_offers_in_words(parameters):
    words = {name: offer_words(parameters, parameters.programs[name]) for name in NAMES}
    assert words["all"] == "everybody, sick-listed 8 weeks"
    assert words["muscles"] == "musculoskeletal disorders, sick-listed 8 weeks"
    assert words["late"] == "everybody, sick-listed 17 weeks"
    both = program("both", offer=Offer(diagnosis=("psychological", "other"), risk=("lowest_third",)))
    assert (
        offer_words(parameters, both) == "psychological or other disorders, lowest third of risk, sick-listed 8 weeks"
    )


def test_the_best_of_a_group_is_among_those_it_is_offered(parameters, run):
    table = best_by_group(parameters, run)
    for group, rows in table.groupby("group"):
        assert rows["chosen"].sum() == 1
        assert rows["best"].sum() == pytest.approx(1.0)
        assert rows["program"].iloc[0] == COMPARATOR
        assert rows["gain"].iloc[0] == 0.0
        assert ("muscles" in set(rows["program"])) == (group == "musculoskeletal")
    # Chosen on the draws 0, 2, 4 and scored on 1, 3, 5.
    money = run["money"].sum("year").sel(subgroup="psychological")
    society = next(one.parties for one in PERSPECTIVES if one.name == "society")
    worth = cost(money.sel(strategy=COMPARATOR), society) - cost(money.sel(strategy="all"), society)
    gain = (worth / run["people"].sel(subgroup="psychological")).to_numpy()
    row = table[(table["group"] == "psychological") & (table["program"] == "all")].iloc[0]
    assert row["gain"] == pytest.approx(gain[1::2].mean(), rel=1e-9)


def test_a_result_of_another_program_is_no_option(parameters):
    other = program("result", delivered_as="all")
    given = parameters.with_program(other)
    run = simulate_programs(given, programs=["all", "result"], draws=4, people=60, seed=SEED)
    assert "result" not in set(best_by_group(given, run)["program"])
    with pytest.raises(InputError, match="draws: 3 are too few to choose on half of them"):
        best_by_group(given, run.isel(draw=slice(0, 3)))


@pytest.mark.parametrize(
    ("figure", "values", "said"),
    [
        ("ratio", (), "ratio"),
        ("ratio", (1.5,), "ratio 1.5"),
        ("days", (-15.61, -31.0, 0.2), "days −15.6 (−31 to 0.2)"),
    ],
)
def test_figures_in_words(figure, values, said):
    assert in_words(figure, values) == said


def test_each_pair_that_disagrees_is_shown_once(parameters):
    table = conflicts(parameters)
    ours = table[table["program"].isin(NAMES)]
    assert ours[["program", "other", "text"]].to_numpy().tolist() == [
        ["muscles", "all", "T"],
        ["unknown", "", "Nobody looked."],
        ["unknown", "", "Nor elsewhere."],
        ["whole", "muscles", "U"],
        ["whole", "all", "V"],
    ]
    first = ours.iloc[0]
    assert first["other_result"] == "ratio of return, those reached 1.5"
    assert (first["measured_in"], first["other_measured_in"]) == ("People of muscles", "People of all")
    assert ours.iloc[1]["other_result"] == ""
    assert ours.iloc[3]["result"].startswith("hazard ratio of sustained return 1.02 (0.8")


def test_hours_are_those_of_the_contacts(parameters, run):
    table = staffing_table(parameters, run).set_index(["program", "profession"])
    row = table.loc[("unknown", "caseworker")]
    expected = parameters.sample(DRAWS, SEED)["missed_session_hours"].mean()
    assert row["hours"] == pytest.approx(expected, rel=1e-9)
    assert row["hours_per_1000"] == pytest.approx(1000.0 * expected, rel=1e-9)
    year = parameters["hours_at_work"].value
    assert row["full_time_per_1000"] == pytest.approx(1000.0 * expected / year, rel=1e-9)
    assert ("unknown", "physician") not in table.index


def test_what_is_shared_by_more_costs_each_less(parameters):
    """A share of training of T NOK at C participants: the cost falls by T (1/C - 1/C') and by nothing else."""
    given = parameters.overlay({"participants_per_caseworker": 20.0})
    spread = Term(times=("mi_course_fee",), over=("participants_per_caseworker",))
    given = given.overlay({"mi_course_fee": 10_000.0})
    given = given.with_program(program("shared", effects=(), per_participant={"training": (spread,)}))
    run = simulate_programs(given, programs=["shared", "unknown"], draws=3, people=50, seed=SEED)
    assert caseload_parameters(given, "shared") == ("participants_per_caseworker",)
    table = caseload_table(given, run, caseloads=(10, 20, 50))
    assert set(table["program"]) == {"shared"}
    cost_of = dict(zip(table["caseload"], table["cost"], strict=True))
    assert cost_of[10] - cost_of[20] == pytest.approx(500.0, rel=1e-9)
    assert cost_of[20] - cost_of[50] == pytest.approx(300.0, rel=1e-9)
    alone = program_table(given, run).set_index("program")
    apart = alone.loc["shared", "delivery_cost"] - alone.loc["unknown", "delivery_cost"]
    assert apart == pytest.approx(500.0 * 1.04 ** (-0.5 / 52), rel=1e-9)
    assert cost_of[20] == pytest.approx(alone.loc["shared", "delivery_cost"], rel=0.01)  # undiscounted


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"draws": 1}, "draws: 1 shows no uncertainty"),
        ({"programs": ["nothing"]}, "strategies: no file programs/nothing.toml"),
        ({"programs": ["late", "muscles"], "people": 1}, "people: 1 a draw are too few for"),
    ],
)
def test_what_cannot_be_compared_is_refused(parameters, changes, line):
    with pytest.raises(InputError, match=line):
        simulate_programs(parameters, **{"programs": NAMES, "draws": 3, "people": 20, "seed": SEED, **changes})
