"""Every channel under the same faults: what is tried again, what is final, what nobody knows; and the docs say so."""

from __future__ import annotations

import pytest

import every_channel
from pages import page


@pytest.mark.parametrize("name", every_channel.names())
async def test_every_channel_makes_of_every_fault_what_its_page_says(name: str) -> None:
    line = every_channel.line(name, await every_channel.row_of(name))
    assert line in page("channels").splitlines(), f"run: python tests/every_channel.py ({line})"


def test_the_table_has_every_channel_and_case_and_no_other() -> None:
    text = page("channels").split(every_channel.BEGIN)[1].split(every_channel.END)[0].splitlines()
    assert text[:2] == every_channel.head()
    rows, legend = text[2 : text.index("")], text[text.index("") + 1 :]
    assert [row.split("`")[1] for row in rows] == every_channel.names()
    assert legend == every_channel.legend()


def test_a_channel_without_a_stage_fails() -> None:
    with pytest.raises(LookupError, match=r"tests/stages/pigeon\.py"):
        every_channel.stage_of("pigeon")


@pytest.mark.parametrize("name", every_channel.names())
async def test_a_bend_or_a_case_that_never_comes_has_its_reason(name: str) -> None:
    async with every_channel.stage_of(name) as stage:
        assert all({**stage.bends, **stage.never}.values())
        assert not set(stage.bends) & set(stage.never)
