"""As much of a text as fits: never more bytes, never half a letter, and whole where there is room."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from twinge.core.excerpt import pack, shorten


def written(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


@given(st.text(), st.integers(3, 100))
def test_a_text_is_whole_or_its_beginning(text: str, most: int) -> None:
    short = shorten(text, most)
    assert len(short.encode()) <= most
    assert short == text or text.startswith(short.removesuffix("…"))
    assert short == text or len(text.encode()) > most


@example("0" * 17, 30)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(30, 200))
def test_what_is_made_of_it_fits_and_wastes_no_room(text: str, most: int) -> None:
    body = pack(written, text, most)
    assert len(body) <= most
    if len(written(text)) <= most:
        assert body == written(text)
    else:
        assert len(body) > most - 40, "one letter is twelve bytes at most, and the ellipsis six"


def test_half_a_surrogate_becomes_a_question_mark() -> None:
    assert shorten("a\ud800", 10) == "a?"


@pytest.mark.parametrize("most", [0, 5])
def test_where_there_is_no_room_at_all_the_text_is_an_ellipsis(most: int) -> None:
    assert pack(written, "Rest today.", most) == written("…")
