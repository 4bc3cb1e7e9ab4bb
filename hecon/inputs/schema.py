"""What a parameter, a source, a program and a scenario must say."""

import datetime as dt
import math
import reprlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar
from unicodedata import category

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from hecon.inputs.distributions import from_reported
from hecon.inputs.errors import closest
from hecon.inputs.prices import CONVERSIONS

Model = TypeVar("Model", bound=BaseModel)
State = Literal[
    "work",
    "full_sick_leave",
    "graded_sick_leave",
    "work_assessment_allowance",
    "disability_pension",
    "unemployed",
    "retired",
    "dead",
]
Resource = Literal[
    "caseworker_hours",
    "coordinator_hours",
    "supervisor_hours",
    "physiotherapist_hours",
    "occupational_therapist_hours",
    "psychologist_hours",
    "physician_hours",
    "gp_hours",
    "employer_hours",
    "participant_hours",
    "participant_trips",
    "training",
    "care",
]
Figure = Literal["hazard_ratio", "days", "odds_of_work"]
Sex = Literal["man", "woman"]
Education = Literal["school", "higher"]
Diagnosis = Literal["musculoskeletal", "psychological", "other"]
Start = Literal["full_sick_leave", "graded_sick_leave"]
Age = Literal["under_35", "35_to_49", "50_and_over"]
Wage = Literal["under_4_g", "4_to_6_g", "over_6_g"]
Risk = Literal["lowest_third", "middle_third", "highest_third"]
Grade = Literal["statute", "trial", "registry", "study", "derived", "calibrated", "assumption"]
Read = Literal["primary", "secondary", "derived", "memory"]
ROUNDING = 1e-3  # papers print three or four digits: how far a centre may be from its value


def validate(
    model: type[Model],
    raw: object,
    where: str,
    within: str = "",
    context: Mapping[str, Any] | None = None,
) -> tuple[Model | None, list[str]]:
    """Read one table as a model: the model or nothing, and every fault as a line."""
    try:
        return model.model_validate(raw, context=dict(context or {})), []
    except ValidationError as error:
        return None, [_line(where, within, model, fault) for fault in error.errors()]


def is_number(value: object) -> bool:
    """Tell whether a TOML value is a finite number (true and false are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def unprintable(text: str) -> str | None:
    """Give the first character of a text that no report can hold, as U+000B; None where there is none."""
    found = (sign for sign in text if (category(sign) == "Cc" and sign not in "\t\n\r") or sign in "\ufffe\uffff")
    first = next(found, None)
    return None if first is None else f"U+{ord(first):04X}"


def _value(value: object) -> float | tuple[float, ...]:
    if isinstance(value, int | float) and is_number(value):
        return float(value)
    if isinstance(value, list | tuple) and value and all(map(is_number, value)):
        return tuple(float(number) for number in value)
    raise ValueError("is not a finite number or a list of them: give one")


def _printable(text: str) -> str:
    if found := unprintable(text):
        raise ValueError(f"holds the control character {found}: leave it out")
    return text


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True), AfterValidator(_printable)]
Date = Annotated[dt.date, Strict()]
Year = Annotated[int, Strict()]
Value = Annotated[float | tuple[float, ...], BeforeValidator(_value)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _check_distribution(spec: dict[str, Any] | None, info: ValidationInfo) -> dict[str, Any] | None:
    if spec is None:
        return None
    centre = from_reported(spec).centre
    value = info.data.get("value")
    if isinstance(value, tuple):
        # pydantic gathers value errors only
        raise ValueError("a list of numbers has none: make each a parameter")  # noqa: TRY004
    if value is not None and not math.isclose(centre, value, rel_tol=ROUNDING, abs_tol=1e-12):
        raise ValueError(f"its centre {centre:.6g} is not the value {value:.6g}: make them equal")
    return spec


class PublishedValue(_Table):
    """A value as its source prints it, from a date on.

    `spread` is the grade of the distribution, where it is not that of the value: a published value whose distribution
    is wider than its source's, by judgement, has the spread "assumption".

    Fields are checked in this order, and a later one sees those before it.
    """

    start: Date
    end: Date | None = None
    value: Value
    distribution: dict[str, Any] | None = None
    grade: Grade
    spread: Grade | None = None
    read: Read
    source: Text
    locator: Text
    currency: Literal["NOK", "EUR", "USD", "GBP"] = "NOK"
    price_year: Year | None = Field(None, validate_default=True)
    index: Literal["wage", "cpi"] | None = Field(None, validate_default=True)

    _distribution = field_validator("distribution")(_check_distribution)

    @field_validator("end")
    @classmethod
    def _end(cls, end: dt.date | None, info: ValidationInfo) -> dt.date | None:
        start = info.data.get("start")
        if end is not None and start is not None and end < start:
            raise ValueError(f"ends before it starts on {start}: order the dates")
        return end

    @field_validator("spread")
    @classmethod
    def _spread(cls, spread: str | None, info: ValidationInfo) -> str | None:
        if spread is not None and "distribution" in info.data and info.data["distribution"] is None:
            raise ValueError("is the grade of a distribution, and there is none: remove it, or give one")
        if spread is not None and spread == info.data.get("grade"):
            raise ValueError("is the grade of the value: remove it")
        return spread

    @field_validator("read")
    @classmethod
    def _read(cls, read: str, info: ValidationInfo) -> str:
        grade = info.data.get("grade", "assumption")
        if read == "memory" and grade != "assumption":
            raise ValueError(f"has grade {grade!r}: what is written from memory has grade 'assumption'")
        return read

    @field_validator("source")
    @classmethod
    def _source(cls, source: str, info: ValidationInfo) -> str:
        known = (info.context or {}).get("sources")
        if known is not None and source not in known:
            raise ValueError(f"is not in sources.toml: list it there, or {closest(source, known)}")
        return source

    @field_validator("price_year")
    @classmethod
    def _price_year(cls, year: int | None, info: ValidationInfo) -> int | None:
        context = info.context or {}
        grade = info.data.get("grade")
        priced = is_money(context.get("unit", "")) and context.get("name") not in CONVERSIONS
        foreign = info.data.get("currency", "NOK") != "NOK"
        if year is None and ((priced and grade not in {None, "statute"}) or foreign):
            raise ValueError("money needs one: say in which year's prices the value stands")
        return year

    @field_validator("index")
    @classmethod
    def _index(cls, index: str | None, info: ValidationInfo) -> str | None:
        if index is None and info.data.get("price_year") is not None:
            raise ValueError("a price year needs one: choose 'wage' or 'cpi'")
        if index is not None and "price_year" in info.data and info.data["price_year"] is None:
            raise ValueError("has no price_year to start from: give it, or remove the index")
        return index


def is_money(unit: object) -> bool:
    """Tell whether a unit counts kroner."""
    return isinstance(unit, str) and "NOK" in unit


class Definition(_Table):
    """A parameter as a file defines it; its values are read one by one beside it.

    Its role: what the model reads; a `reference`, which nothing draws; or what moves no result per person: a `volume`,
    which counts the nation's people, or `research`, which says what a trial takes.
    """

    label: Text
    unit: Text
    role: Literal["model", "reference", "volume", "research"] = "model"
    values: tuple[PublishedValue, ...] = ()


class Source(_Table):
    """Where numbers come from."""

    title: Text
    authors: Text
    year: Year | Text
    journal_or_publisher: Text | None = None
    doi_or_url: Text | None = None
    note: Text | None = None


class Term(_Table):
    """A quantity put together: the product of some parameters over that of others."""

    times: tuple[Text, ...] = Field(min_length=1)
    over: tuple[Text, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The parameters it names."""
        return (*self.times, *self.over)


def _terms(raw: object) -> object:
    """Read a quantity: a name, a table, or a list of them that are summed."""
    parts = raw if isinstance(raw, list | tuple) else (raw,)
    return tuple({"times": (part,)} if isinstance(part, str) else part for part in parts)


Quantity = Annotated[tuple[Term, ...], BeforeValidator(_terms), Field(min_length=1)]


class Contact(_Table):
    """A meeting in a program: when, for whom, how many come, and what it takes.

    Every number is the name of a parameter. `invitation` is the share of those invited who do not attend but are
    affected as if they had; none if it is left out.
    """

    name: Text
    week: Text
    eligible: tuple[State, ...] = Field(min_length=1)
    attendance: Text
    invitation: Text | None = None
    held: dict[Resource, Quantity] = Field(default_factory=dict)
    missed: dict[Resource, Quantity] = Field(default_factory=dict)


class Measured(_Table):
    """An effect as a study published it: of everybody allocated, against another program.

    `curve` is no part of a file: the pairs (ratio, figure) of the emulated arm, from calibrated/responses.csv.
    """

    figure: Figure
    value: Text
    against: Text
    curve: tuple[tuple[float, float], ...] = Field((), exclude=True)

    @field_validator("curve")
    @classmethod
    def _curve(cls, curve: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if curve:
            raise ValueError("is made by `hecon calibrate --programs`: remove it here")
        return curve


class Effect(_Table):
    """What a program does: ratios, multiplied, on one thing, until a week after inclusion.

    The ratio that a measured effect takes multiplies them.
    """

    on: Literal["return", "relapse", "work_assessment_allowance"]
    ratios: tuple[Text, ...] = ()
    until: Text
    measured: Measured | None = Field(None, validate_default=True)

    @field_validator("measured")
    @classmethod
    def _some(cls, measured: Measured | None, info: ValidationInfo) -> Measured | None:
        if measured is None and not info.data.get("ratios"):
            raise ValueError("an effect needs ratios, or a figure that was measured: give one")
        return measured


class Offer(_Table):
    """Who is offered a program: everybody in one of the levels of each covariate that is named.

    `delay` names the weeks by which all of the program's own contacts are put off: only who is still sick-listed then
    is offered it.
    """

    sex: tuple[Sex, ...] = ()
    education: tuple[Education, ...] = ()
    diagnosis: tuple[Diagnosis, ...] = ()
    start: tuple[Start, ...] = ()
    age: tuple[Age, ...] = ()
    wage: tuple[Wage, ...] = ()
    risk: tuple[Risk, ...] = ()
    delay: Text | None = None

    def levels(self) -> dict[str, tuple[str, ...]]:
        """Give the levels by covariate, of those that are named."""
        named = {name: getattr(self, name) for name in type(self).model_fields if name != "delay"}
        return {name: levels for name, levels in named.items() if levels}


class Conflict(_Table):
    """Evidence that disagrees with a program's: another program's file, where there is one, and in what."""

    program: Text | None = None
    text: Text


class ProgramFile(_Table):
    """A program as data; every number in it is the name of a parameter.

    `delivered_as` names the program whose contacts, resources and inclusions it has as its own. Where no effect is
    known (`effect_known` is false), the report asks what effect it would need.
    """

    name: Text
    label: Text
    summary: Text
    measured_in: Text
    effect_known: bool = True
    delivered_as: Text | None = None
    includes: tuple[Text, ...] = ()
    offer: Offer = Offer()
    contacts: tuple[Contact, ...] = ()
    effects: tuple[Effect, ...] = ()
    per_participant: dict[Resource, Quantity] = Field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()

    def named(self) -> Iterator[tuple[str, str]]:
        """Go through the parameters it names, each with the place that names it."""
        if self.offer.delay is not None:
            yield "offer.delay", self.offer.delay
        for i, contact in enumerate(self.contacts):
            yield f"contacts[{i}].week", contact.week
            yield f"contacts[{i}].attendance", contact.attendance
            if contact.invitation is not None:
                yield f"contacts[{i}].invitation", contact.invitation
            for key in ("held", "missed"):
                yield from _of_resources(f"contacts[{i}].{key}", getattr(contact, key))
        for i, effect in enumerate(self.effects):
            for j, name in enumerate(effect.ratios):
                yield f"effects[{i}].ratios[{j}]", name
            yield f"effects[{i}].until", effect.until
            if effect.measured is not None:
                yield f"effects[{i}].measured.value", effect.measured.value
        yield from _of_resources("per_participant", self.per_participant)

    def named_programs(self) -> Iterator[tuple[str, str]]:
        """Go through the other programs it names, each with the place that names it."""
        if self.delivered_as is not None:
            yield "delivered_as", self.delivered_as
        yield from ((f"includes[{i}]", other) for i, other in enumerate(self.includes))
        for i, conflict in enumerate(self.conflicts):
            if conflict.program is not None:
                yield f"conflicts[{i}].program", conflict.program
        for i, effect in enumerate(self.effects):
            if effect.measured is not None:
                yield f"effects[{i}].measured.against", effect.measured.against


def _of_resources(place: str, resources: Mapping[Resource, tuple[Term, ...]]) -> Iterator[tuple[str, str]]:
    for resource, terms in resources.items():
        for term in terms:
            yield from ((f"{place}.{resource}", name) for name in term.named)


class Change(_Table):
    """What an overlay puts in a parameter's place: money in NOK of the price year."""

    value: Value
    distribution: dict[str, Any] | None = None
    source: Text | None = None
    note: Text | None = None

    _distribution = field_validator("distribution")(_check_distribution)


class Scenario(_Table):
    """A structural choice or a reform, as an overlay.

    `calibration` names the table in calibrated/scenarios/ that takes the place of a calibrated block.
    """

    label: Text
    summary: Text
    calibration: Text | None = None
    changes: dict[str, Change]

    @property
    def redrawn(self) -> tuple[str, ...]:
        """The parameters that it gives another distribution, beside those of its table."""
        return tuple(name for name, change in self.changes.items() if change.distribution is not None)


def _line(where: str, within: str, model: type[BaseModel], fault: Mapping[str, Any]) -> str:
    parts = fault["loc"]
    place = within + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts)
    kind, got = fault["type"], fault["input"]
    shown = str(got) if isinstance(got, dt.date) else reprlib.repr(got)
    if kind == "missing":
        text = "is missing: add it"
    elif kind == "extra_forbidden":
        known = closest(str(parts[-1]), model.model_fields)
        text = "no such key here: remove it" + (f", or {known}" if len(parts) == 1 else "")
    elif kind == "literal_error":
        text = f"{shown} is not one of {fault['ctx']['expected']}: choose one"
    elif kind == "value_error":
        error = str(fault["ctx"]["error"])
        text = error if got is None or isinstance(got, dict) else f"{shown} {error}"
    else:
        text = f"{shown}: {fault['msg'][:1].lower()}{fault['msg'][1:]}: correct it"
    return f"{where}: {place.removeprefix('.')}: {text}" if place else f"{where}: {text}"
