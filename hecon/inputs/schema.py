"""What a parameter, a source, a program and a scenario must say."""

import datetime as dt
import math
import reprlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
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
    "physiotherapist_hours",
    "psychologist_hours",
    "physician_hours",
    "gp_hours",
    "employer_hours",
    "participant_hours",
    "participant_trips",
    "training",
]
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


def _value(value: object) -> float | tuple[float, ...]:
    if isinstance(value, int | float) and is_number(value):
        return float(value)
    if isinstance(value, list | tuple) and value and all(map(is_number, value)):
        return tuple(float(number) for number in value)
    raise ValueError("is not a finite number or a list of them: give one")


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
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

    Fields are checked in this order, and a later one sees those before it.
    """

    start: Date
    end: Date | None = None
    value: Value
    distribution: dict[str, Any] | None = None
    grade: Grade
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
    """A parameter as a file defines it; its values are read one by one beside it."""

    label: Text
    unit: Text
    role: Literal["model", "reference"] = "model"
    values: tuple[PublishedValue, ...] = ()


class Source(_Table):
    """Where numbers come from."""

    title: Text
    authors: Text
    year: Year | Text
    journal_or_publisher: Text | None = None
    doi_or_url: Text | None = None
    note: Text | None = None


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
    held: dict[Resource, Text] = Field(default_factory=dict)
    missed: dict[Resource, Text] = Field(default_factory=dict)


class Effect(_Table):
    """What a program does: ratios, multiplied, on one thing, until a week after inclusion."""

    on: Literal["return", "relapse", "work_assessment_allowance"]
    ratios: tuple[Text, ...] = Field(min_length=1)
    until: Text


class ProgramFile(_Table):
    """A program as data; every number in it is the name of a parameter."""

    name: Text
    label: Text
    summary: Text
    measured_in: Text
    includes: tuple[Text, ...] = ()
    contacts: tuple[Contact, ...] = ()
    effects: tuple[Effect, ...] = ()
    per_participant: dict[Resource, Text] = Field(default_factory=dict)

    def named(self) -> Iterator[tuple[str, str]]:
        """Go through the parameters it names, each with the place that names it."""
        for i, contact in enumerate(self.contacts):
            yield f"contacts[{i}].week", contact.week
            yield f"contacts[{i}].attendance", contact.attendance
            if contact.invitation is not None:
                yield f"contacts[{i}].invitation", contact.invitation
            for key in ("held", "missed"):
                for resource, name in getattr(contact, key).items():
                    yield f"contacts[{i}].{key}.{resource}", name
        for i, effect in enumerate(self.effects):
            for j, name in enumerate(effect.ratios):
                yield f"effects[{i}].ratios[{j}]", name
            yield f"effects[{i}].until", effect.until
        for resource, name in self.per_participant.items():
            yield f"per_participant.{resource}", name


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
