"""What a program file may say of who is offered it, what it is delivered as, and what was measured."""

import pytest

OTHER = """
label = "Another place"
summary = "The same, elsewhere"
measured_in = "Other people"
delivered_as = "visit"
[[effects]]
on = "return"
ratios = ["other_ratio"]
until = "first_week"
"""


@pytest.fixture
def files(texts):
    """A program, one that is delivered as it, and the parameters they name."""
    own = texts.entry("parameters.session_hours") + texts.entry("parameters.return_ratio")
    other = texts.entry("parameters.other_ratio")
    rest = texts.entry("first_week") + texts.entry("share_met") + texts.entry("later", unit="weeks")
    block = {"calibrated/joint.csv": texts.block, "calibrated/joint.toml": texts.about}
    return {"programs/visit.toml": texts.program + own, "programs/other.toml": OTHER + other, "some.toml": rest} | block


def test_a_program_is_delivered_as_another_and_has_effects_of_its_own(read, files):
    programs = read(files).programs
    visit, other = programs["visit"], programs["other"]
    assert (other.contacts, other.per_participant) == (visit.contacts, visit.per_participant)
    assert other.effects[0].ratios == ("other_ratio",) != visit.effects[0].ratios
    assert (visit.offer.levels(), visit.offer.delay, visit.effect_known) == ({}, None, True)


def test_an_offer_names_levels_of_covariates(read, files):
    offer = '\n[offer]\ndiagnosis = ["musculoskeletal", "other"]\nsex = ["woman"]\ndelay = "later"\n'
    text = files["programs/other.toml"].replace("[[effects]]", offer + "[[effects]]", 1)
    program = read({**files, "programs/other.toml": text}).programs["other"]
    assert program.offer.levels() == {"diagnosis": ("musculoskeletal", "other"), "sex": ("woman",)}
    assert dict(program.named())["offer.delay"] == "later"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('delivered_as = "visit"', 'delivered_as = "vist"', "other.toml: delivered_as: 'vist' is not a program"),
        ('delivered_as = "visit"', 'delivered_as = "visit"\nincludes = []', "are the other's: remove them"),
        ("[[effects]]", '[offer]\nmood = ["low"]\n[[effects]]', "other.toml: offer.mood: no such key here"),
        ("[[effects]]", '[offer]\nsex = ["girl"]\n[[effects]]', "offer.sex[0]: 'girl' is not one of 'man' or 'woman'"),
        ("[[effects]]", '[offer]\ndelay = "latr"\n[[effects]]', "offer.delay: 'latr' is not a parameter"),
        (
            "[[effects]]",
            '[[conflicts]]\nprogram = "vist"\ntext = "No"\n[[effects]]',
            "conflicts[0].program: 'vist' is not",
        ),
        ("[[effects]]", '[[conflicts]]\nprogram = "visit"\n[[effects]]', "conflicts[0].text: is missing"),
        (
            'ratios = ["other_ratio"]\n',
            "",
            "effects[0].measured: an effect needs ratios, or a figure that was measured",
        ),
        (
            'until = "first_week"',
            'until = "first_week"\n[effects.measured]\nfigure = "odds"\nvalue = "other_ratio"\nagainst = "visit"',
            "effects[0].measured.figure: 'odds' is not one of",
        ),
        (
            'until = "first_week"',
            'until = "first_week"\n[effects.measured]\nfigure = "days"\nvalue = "x"\nagainst = "visit"',
            "effects[0].measured.value: 'x' is not a parameter",
        ),
        (
            'until = "first_week"',
            'until = "first_week"\n[effects.measured]\nfigure = "days"\nvalue = "other_ratio"\nagainst = "nobody"',
            "effects[0].measured.against: 'nobody' is not a program",
        ),
        (
            'until = "first_week"',
            'until = "first_week"\n[effects.measured]\nfigure = "days"\nvalue = "other_ratio"\nagainst = "visit"\n'
            "curve = [[1.0, 2.0]]",
            "is made by `hecon calibrate --programs`: remove it here",
        ),
        ('label = "', 'label = "a\\u000Bb', "label: 'a\\x0bb"),
        ('label = "', 'label = "a\\u000Bb', "holds the control character U+000B: leave it out"),
    ],
)
def test_a_program_file_that_is_wrong_says_where(faults, files, old, new, says):
    text = files["programs/other.toml"]
    assert old in text
    lines = faults({**files, "programs/other.toml": text.replace(old, new, 1)})
    assert any(says in line for line in lines), lines


def test_a_chain_of_deliveries_is_refused(faults, files, texts):
    third = OTHER.replace('"visit"', '"other"').replace("other_ratio", "third_ratio")
    lines = faults({**files, "programs/third.toml": third + texts.entry("parameters.third_ratio")})
    assert list(lines) == ["programs/third.toml: delivered_as: 'other' is itself delivered as 'visit': name that one"]
