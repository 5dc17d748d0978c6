"""From a form's fields to the API's own types: the same limits, and for what is wrong a sentence in their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.inspect import FloatType, IntType, StructType, UnionType, type_info

from twinge.web.answer import Problem
from twinge.web.pages.words import Words

T = TypeVar("T")

Wrong = dict[str, str]
"""Field → what is wrong with it and what to do."""


def taken(kind: type[T], given: Mapping[str, Any], words: Words) -> tuple[T | None, Wrong]:
    """`given` as `kind`, a struct of the API whose fields may all be left out; or what is wrong, field by field."""
    wrong: Wrong = {}
    for name, value in given.items():
        try:
            msgspec.convert({name: value}, kind, strict=False)
        except msgspec.ValidationError:
            wrong[name] = hint(kind, name, words)
    return (None, wrong) if wrong else (msgspec.convert(dict(given), kind, strict=False), {})


def wrong_of(problem: Problem, kind: type[Any], words: Words) -> Wrong:
    """What the API refuses only for its meaning, as a wrong field; anything else is raised again."""
    if problem.status != 400 or problem.field is None:
        raise problem
    name = problem.field.partition(".")[2] or problem.field
    return {name: hint(kind, name, words)}


def hint(kind: type[Any], name: str, words: Words) -> str:
    """What to write into a field: by its own words, or by the limits of its type."""
    if words.knows(f"wrong.{name}"):
        return words.say(f"wrong.{name}")
    span = limits_of(kind, name)
    return words.say("wrong.any") if span is None else words.say("wrong.range", low=span[0], high=span[1])


def limits_of(kind: type[Any], name: str) -> tuple[int, int] | None:
    """The least and greatest number that a field takes; None where it takes no number."""
    struct = type_info(kind)
    fields = struct.fields if isinstance(struct, StructType) else ()
    found = next((each.type for each in fields if each.encode_name == name), None)
    for each in found.types if isinstance(found, UnionType) else (found,):
        if isinstance(each, IntType | FloatType) and each.ge is not None and each.le is not None:
            return int(each.ge), int(each.le)
    return None


def number(text: str) -> str | None:
    """A number as it was typed: nothing is unknown, and a comma is a point."""
    return text.strip().replace(",", ".") or None
