"""Every text and label of a report stands in Norwegian, once, with the values of its English; nothing is left over."""

import ast
import inspect
import re
import string
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from hecon.evaluation import information, programs, results, subgroups
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.inputs.schema import Grade, Read
from hecon.inputs.unseen import read_unseen
from hecon.model.ledger import FLOWS, PERSPECTIVES
from hecon.model.outcomes import MEASURES
from hecon.model.population import COLUMNS
from hecon.report import language, numbers, tables, words
from hecon.report.groups import effects_of
from hecon.report.language import ENGLISH, LANGUAGES, catalogue, localised, mark, speaking, t, translated

REPORT = Path(language.__file__).parent
OTHERS = [code for code in LANGUAGES if code != ENGLISH]
KEYWORDS = ("t", "mark")
SAID = {"t": [0], "mark": [0], "joined": [1, 2], "listed": [1]}
"""Which arguments of which functions are texts of the report."""
MINUS, GAP = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


@cache
def parameters():
    return read_parameters()


@cache
def texts():
    """Give every text in the code and the templates, with the files that say it."""
    defaults = [one.default for one in inspect.signature(words.joined).parameters.values()]
    found = {text: {"words.py"} for text in defaults if isinstance(text, str)}
    for path in sorted(REPORT.rglob("*.py")):
        for text in in_code(path.read_text(encoding="utf-8")):
            found.setdefault(text, set()).add(path.name)
    for path in sorted(REPORT.rglob("*.j2")):
        with path.open("rb") as file:
            options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
            said = [text for _, _, text, _ in babel_extract(file, KEYWORDS, (), options)]
        for text in said:
            found.setdefault(text if isinstance(text, str) else text[0], set()).add(path.name)
    return found


def in_code(code):
    """Give the texts of a module: from its tree, since they may stand within f-strings."""
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            places = [place for place in SAID.get(name, []) if place < len(call.args)]
            for argument in (call.args[place] for place in places):
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def worded(text):
    """Tell whether there is a word in a text, beside its values."""
    return any(letter.isalpha() for plain, *_ in string.Formatter().parse(text) for letter in plain)


@cache
def labels():
    """Give every label of the data that a report may print, with what it labels."""
    found: dict[str, str] = {}
    for what, *said in (*of_files(parameters()), *of_studies(), *of_code()):
        found.update((text, what) for text in said if text)
    return found


def of_files(given):
    """Go through what parameters, programs and scenarios are called, and how what is fitted came about."""
    for entry in given.entries.values():
        yield entry.name, entry.label, entry.unit, (entry.distribution or {}).get("family")
    for program in given.programs.values():
        yield program.name, program.label, program.summary, program.measured_in
        yield program.name, *(conflict.text for conflict in program.conflicts)
        yield program.name, programs.offer_words(given, program), programs.published_effect(given, program)[0]
    for name, scenario in given.scenarios.items():
        yield name, scenario.label, scenario.summary
    for name, recipe in given.calibration.items():
        yield name, recipe["method"]


def of_studies():
    """Go through the studies that the model was not fitted to."""
    unseen = read_unseen(shipped_folder())
    for study in unseen.studies.values():
        yield study.name, study.label, study.differs
    for figure in unseen.figures.values():
        yield figure.name, figure.figure, figure.unit, figure.differs


def of_code():
    """Go through the labels in the tables of the code that results hold."""
    for flow in FLOWS:
        yield flow.name, flow.label, *_pair(flow)
    for measure in MEASURES:
        yield measure.name, measure.label, measure.unit
    for perspective in PERSPECTIVES:
        yield perspective.name, perspective.label
    for covariate in ("start", "diagnosis"):
        yield covariate, *(level.replace("_", " ").capitalize() for level in COLUMNS[covariate])
    for ratio in programs.MULTIPLIERS.values():
        yield "effect", ratio, f"{ratio}, fitted to the trial"
    yield "effect", *programs.FIGURES.values(), programs.NO_EFFECT, programs.NONE_OF_ITS_OWN
    yield "horizon", *results.HORIZONS
    yield "grade", *get_args(Grade), *programs.GRADES, *get_args(Read)
    yield "subgroups", subgroups.caution()
    yield "group", information.EFFECTS, information.FITTED, information.TAKES, information.ALL_OF
    yield "record of the run", "synthetic", "none"


def _pair(flow):
    """Give from whom to whom, as the ledger writes it; what only the friction cost method counts is not in it."""
    names = [tables.PARTY_NAMES.get(party, party) for party in (flow.payer, flow.payee)]
    return [] if flow.kind == "friction" else [" → ".join(names)]


def files(code):
    """Give each catalogue's texts, by file."""
    found = {}
    for path in sorted((language.LOCALE / code).glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = {str(one.id): str(one.string) for one in read_po(file) if one.id}
    return found


def fields(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code):
    said = catalogue(code)
    missing = [
        f"{', '.join(sorted(where))}: {text}" for text, where in texts().items() if worded(text) and text not in said
    ]
    assert not missing, "\n".join(["without a translation:", *missing])


@pytest.mark.parametrize("code", OTHERS)
def test_every_label_of_the_data_is_translated(code):
    said = catalogue(code)
    missing = [f"{what}: {text}" for text, what in labels().items() if text not in said]
    assert not missing, "\n".join(["without a translation:", *missing])


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_left_over(code):
    used = {*texts(), *labels()}
    stale = [f"{name}: {text}" for name, said in files(code).items() for text in said if text not in used]
    assert not stale, "\n".join(["nothing says this any more:", *stale])


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_values_of_its_english(code):
    wrong = [f"{text} | {said}" for text, said in catalogue(code).items() if fields(text) != fields(said)]
    assert not wrong, "\n".join(["other values in the braces:", *wrong])


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_keeps_the_spaces_at_its_ends_and_its_last_sign(code):
    """Clauses are put into other texts, and sentences stand one after the other."""
    wrong = [
        f"{text} | {said}"
        for text, said in catalogue(code).items()
        if [text[:1].isspace(), text[-1:].isspace(), text.endswith((".", ":"))]
        != [said[:1].isspace(), said[-1:].isspace(), said.endswith((".", ":"))]
    ]
    assert not wrong, "\n".join(["ends otherwise:", *wrong])


def test_norwegian_is_written_as_norwegian():
    """Decimals have a comma, percent and thousands a gap that does not break; quotes and names are the language's."""
    english = re.compile(r"[“”\"]|NOK|(?<!MI-)NAV|\d%|\d %|} %|\d\.\d|\d,\d{3}\b")
    own = re.compile(r"hecon \w+|\w+_\w+")  # commands, and names of parameters
    wrong = [f"{text} | {said}" for text, said in catalogue("nb").items() if english.search(own.sub("", said))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", OTHERS)
def test_no_two_catalogues_disagree_and_none_is_half_done(code):
    first: dict[str, tuple[str, str]] = {}
    wrong = []
    for name, said in files(code).items():
        for text, translation in said.items():
            if not translation:
                wrong.append(f"{name}: no translation of {text}")
            where, before = first.setdefault(text, (name, translation))
            if before != translation:
                wrong.append(f"{text}: {where} says {before}, {name} says {translation}")
    assert not wrong, "\n".join(wrong)


def test_catalogues_that_disagree_are_refused(tmp_path, monkeypatch):
    (tmp_path / "xx").mkdir()
    for name, said in (("a.po", "ja"), ("b.po", "jo")):
        text = f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "yes"\nmsgstr "{said}"\n'
        (tmp_path / "xx" / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    with pytest.raises(InputError, match=r"b\.po: translates 'yes' otherwise than another file"):
        catalogue("xx")


def test_a_language_that_is_not_there_is_refused_in_one_line():
    with pytest.raises(InputError, match="lang: there is no 'no'") as refused, speaking("no"):
        pass
    assert "nb" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_english_is_what_stands_in_the_code():
    assert catalogue(ENGLISH) == {}
    assert t("{low} to {high}", low="1", high="2") == "1 to 2"
    assert mark("Society") == translated("Society") == "Society"


def test_a_language_is_spoken_inside_its_context_and_no_longer():
    assert language.language() == ENGLISH
    with speaking("nb"):
        with speaking(ENGLISH):
            assert translated("Society") == "Society"
        assert translated("Society") == "Samfunnet"
        with pytest.raises(ZeroDivisionError), speaking(ENGLISH):
            raise ZeroDivisionError
        assert language.language() == "nb"
        with pytest.raises(InputError), speaking("xx"):
            pass
        assert language.language() == "nb"
    assert language.language() == ENGLISH


def test_one_thread_does_not_speak_for_another():
    with ThreadPoolExecutor(1) as pool:
        with speaking("nb"):
            assert pool.submit(language.language).result() == ENGLISH
        assert Context().run(language.language) == ENGLISH


def test_numbers_in_norwegian():
    with speaking("nb"):
        said = [
            numbers.number(-1234.5, 12.0),
            numbers.grouped(1234567.891, 2),
            numbers.kroner(-1234.5, 12.0),
            numbers.interval(-523.0, 1187.0, 20.0),
            numbers.plus_minus(0.0321),
            numbers.chance(0.4637, 1000),
            numbers.chance(0.0, 1000),
            numbers.chance(1.0, 1000),
            numbers.chance(0.52, 40),
            numbers.percent(0.4637, 1),
            numbers.tenths(5900.0, 6000.0),
        ]
    assert [text.replace(GAP, "_") for text in said] == [
        f"{MINUS}1_230",
        "1_234_567,89",
        f"{MINUS}1_230 kr",
        f"{MINUS}520 til 1_190",
        "± 0,03",
        "46_%",
        "under 1_%",
        "over 99_%",
        "om lag 50_%",
        "46,4_%",
        "nesten alt",
    ]
    assert numbers.number(-1234.5, 12.0) == f"{MINUS}1,230"


def test_a_label_stands_in_a_sentence_with_a_small_letter_but_for_names():
    with speaking("nb"):
        spoken = [words.spoken(translated(one.label)) for one in parameters().programs.values()]
        assert words.spoken(translated("MI: attends the second session")).startswith("MI: ")
    assert {"vanlig oppfølging", "tidlig oppfølging", "koordinert tiltak"} < set(spoken)


@dataclass(frozen=True)
class Asked:
    """What `localised` reads of a comparison."""

    parameters: Any
    information: Any

    def said(self, parameters, information):
        return Asked(parameters, information)


def asked(*labels, given=None):
    known = pd.DataFrame({"label": labels, "value": 1.0})
    found = information.Information(pd.DataFrame(), known, information.Deciding(1.0, 1.0, 1.0), 10)
    return Asked(given or parameters(), found)


def test_labels_that_are_put_together_are_put_together_anew():
    english = [
        "Effects of early follow-up",
        "What coordinated return to work takes",
        "Everything fitted together (trial)",
        "All of costs.toml",
        "Mean age",
    ]
    with speaking("nb"):
        found = localised(asked(*english))
        assert found.information.known["label"].tolist() == [
            "Virkninger av tidlig oppfølging",
            "Det koordinert tiltak krever",
            "Alt som er tilpasset samlet (blokken «trial»)",
            "Alt i costs.toml",
            "Gjennomsnittsalder",
        ]
        assert found.information.known["label"][0] == effects_of(found.parameters.programs["early_follow_up"])
    whole = asked(*english)
    assert localised(whole) is whole


def test_a_program_of_a_user_keeps_its_english_in_a_norwegian_report():
    given = parameters()
    mine = given.programs["early_follow_up"].model_copy(
        update={"name": "mine", "label": "Bicycle lessons", "summary": "Two of them.", "measured_in": "Nobody"}
    )
    own = language.replace(given, programs={**given.programs, "mine": mine})
    with speaking("nb"):
        found = localised(asked("Effects of bicycle lessons", given=own))
        program = found.parameters.programs["mine"]
    assert (program.label, program.summary, program.measured_in) == ("Bicycle lessons", "Two of them.", "Nobody")
    assert found.parameters.programs["early_follow_up"].label == "Tidlig oppfølging"
    assert found.information.known["label"].tolist() == ["Virkninger av bicycle lessons"]
    assert given.programs["early_follow_up"].label == "Early follow-up"
