"""Packs from a file, what they may not do, and what changes when one takes another's place."""

from __future__ import annotations

import io
import json
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from test_backtest import ALICE, Diary, run, steady
from twinge.backtest import replay
from twinge.cli import twinge
from twinge.core.bounds import RISING, SAFE, Unsafe, adjust, safe
from twinge.core.pack import STANDARD, Pack, SessionSpike
from twinge.difference import differ, differences_to_json, print_differences
from twinge.packs import BadPack, open_pack

STRICT = Pack(version="strict", l01=SessionSpike(small=105))


def test_a_pack_names_only_what_differs_as_json_or_toml(tmp_path: Path) -> None:
    (tmp_path / "strict.json").write_text('{"version": "strict", "l01": {"small": 105}}')
    (tmp_path / "strict.toml").write_text('version = "strict"\n[l01]\nsmall = 105\n')
    assert open_pack(tmp_path / "strict.json") == open_pack(tmp_path / "strict.toml") == STRICT
    assert open_pack("standard") is STANDARD
    (tmp_path / "nothing.json").write_text("{}")
    assert open_pack(tmp_path / "nothing.json") == STANDARD


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{"version": "2", "l99": {}}', "l99: no such part of a pack"),
        ('{"version": "2", "l01": {"smal": 115}}', "l01.smal: no such limit; l01 has window_d, small"),
        ('{"version": "2", "l01": {"small": "115"}}', "l01.small: must be a whole number such as 110."),
        ('{"version": "2", "l01": {"small": 115.0}}', "l01.small: must be a whole number"),
        ('{"version": "2", "l01": {"small": true}}', "l01.small: must be a whole number"),
        ('{"version": "2", "l01": {"small": null}}', "l01.small: must be a whole number"),
        (
            '{"version": "2", "l01": {"small": 900}}',
            "l01.small: 900 is not safe; it may be 105 to 130 (110 as shipped).",
        ),
        ('{"version": "2", "r02": {"slow": 12}}', "r02.rest: must be higher than r02.slow (12)."),
        ('{"version": "2", "l01": 115}', 'l01: must hold names and values, such as {"l01": {"window_d": 30}}.'),
        ('{"version": 2}', "version: must be a short text"),
        ('{"version": "a\\nb"}', "version: must be a short text"),
        ('{"l01": {"small": 115}}', f"version: is missing or still “{STANDARD.version}”"),
        ('{"version": "2", "l01": {"small": 111, "small": 112}}', "small: is given twice."),
        ("[]", "must be one object"),
        ("{", "is not JSON"),
        ("[" * 60_000, "is not JSON"),
        ("\udcff", "is not JSON"),
    ],
)
def test_a_wrong_pack_is_one_line_that_names_the_key(tmp_path: Path, given: str, said: str) -> None:
    path = tmp_path / "pack.json"
    path.write_text(given, errors="surrogateescape")
    with pytest.raises(BadPack) as caught:
        open_pack(path)
    assert str(caught.value).startswith(f"{path}: {said}")
    assert "\n" not in str(caught.value)


def test_a_pack_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "big.json").write_text(" " * 70_000)
    (tmp_path / "bad.toml").write_text("version = ")
    for name, said in (("gone.json", "cannot be read"), ("big.json", "is too large"), ("bad.toml", "is not TOML")):
        with pytest.raises(BadPack, match=said):
            open_pack(tmp_path / name)


def test_what_we_ship_is_safe_and_every_bound_speaks_of_a_limit_there_is() -> None:
    for part in (field.name for field in fields(Pack) if field.name != "version"):
        values = getattr(STANDARD, part)
        for limit in fields(values):
            if isinstance(getattr(values, limit.name), bool):
                continue
            low, high = safe(f"{part}.{limit.name}", getattr(values, limit.name))
            assert low <= getattr(values, limit.name) <= high
            assert low > 0
    for path in [*SAFE, *(path for chain in RISING for path in chain)]:
        part, name = path.split(".")
        assert isinstance(getattr(getattr(STANDARD, part), name), int)


@pytest.mark.parametrize("path", SAFE)
def test_a_bound_holds_on_both_sides(path: str) -> None:
    part, name = path.split(".")
    low, high = SAFE[path]
    for value in (low - 1, high + 1):
        with pytest.raises(Unsafe, match="is not safe"):
            adjust({"version": "2", part: {name: value}})


HISTORY = Diary((*steady(9), run(64, 11), run(80, 15)))


def test_the_difference_is_what_only_one_pack_would_have_said() -> None:
    found = differ(replay(HISTORY, ALICE), replay(HISTORY, ALICE, STRICT))
    assert ([n.activity for n in found.only_old], [n.activity for n in found.only_new], found.both) == (
        [],
        ["file:64"],
        1,
    )
    back = differ(replay(HISTORY, ALICE, STRICT), replay(HISTORY, ALICE))
    assert [n.activity for n in back.only_old] == ["file:64"]
    same = differ(replay(HISTORY, ALICE), replay(HISTORY, ALICE))
    assert (same.only_old, same.only_new, same.both) == ((), (), 1)


def test_the_difference_reads_well_and_counts() -> None:
    found = [differ(replay(HISTORY, ALICE), replay(HISTORY, ALICE, STRICT))] * 2
    page = io.StringIO()
    print_differences(found, "1", "strict", Console(file=page, width=80))
    text = page.getvalue()
    assert "+ Tue 5 Mar 2024" in text
    assert "Your 11.0 km run was 10% over" in text
    assert "15.0 km" not in text
    assert "− 0 only with pack 1   + 2 only with pack strict   2 with both" in text
    assert differences_to_json(found, "1", "strict")["summary"] == {"only_old": 0, "only_new": 2, "both": 2}


ROWS = "Date,Distance (km),Moving time\n" + "".join(
    f"2026-{month}-{day:02d} 07:00,10,1:00:00\n" for month in ("03", "04") for day in range(1, 31, 3)
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alice.csv").write_text(ROWS + "2026-05-03 07:00,10.9,1:05:00\n")
    (tmp_path / "strict.json").write_text('{"version": "strict", "l01": {"small": 105, "floor_m": 500}}')
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(twinge, ["backtest", "alice.csv", *words])


def test_pack_diff_on_the_command_line(folder: Path) -> None:
    text = call("--pack-diff", "standard", "strict.json")
    assert text.exit_code == 0
    assert f"− 0 only with pack {STANDARD.version}   + 1 only with pack strict   0 with both" in text.stdout
    found = json.loads(call("--pack-diff", "standard", "strict.json", "--format", "json").stdout)
    assert (found["old"], found["new"], found["summary"]["only_new"]) == (STANDARD.version, "strict", 1)
    assert found["athletes"][0]["only_new"][0]["rules"] == ["L01"]


def test_compare_on_the_command_line(folder: Path) -> None:
    text = call("--compare", "strict.json").stdout
    assert "Twinge would have said nothing." in text
    assert "+ 1 only with pack strict" in text
    found = json.loads(call("--compare", "strict.json", "--format", "json").stdout)
    assert found["athletes"][0]["nudges"] == []
    assert found["compare"]["summary"]["only_new"] == 1
    made = call("--compare", "strict.json", "--format", "html", "--out", "past.html")
    assert (made.exit_code, made.stdout) == (0, "")
    assert "only pack strict" in (folder / "past.html").read_text()


def test_a_wrong_pack_stops_before_anything_is_judged(folder: Path) -> None:
    (folder / "bad.json").write_text('{"version": "2", "l01": {"small": 900}}')
    result = call("--compare", "bad.json")
    assert isinstance(result.exception, BadPack)
    assert result.stdout == ""
    assert call("--compare", "strict.json", "--pack-diff", "standard", "strict.json").exit_code == 2
