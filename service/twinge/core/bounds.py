"""A pack made from another by naming the limits that differ, each held within safe bounds.

Twinge is there to speak up: a pack may make it more cautious or a little less, never deaf, and never so loud that
nobody listens. The bounds are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from twinge.core.model import Athlete
from twinge.core.pack import STANDARD, Pack


class Unsafe(ValueError):
    """An override that cannot be used; the message begins with its key and says what would do."""


SAFE: Mapping[str, tuple[int, int]] = {
    "l01.window_d": (21, 42),
    "l01.small": (105, 130),
    "l01.moderate": (115, 180),
    "l01.large": (130, 250),
    "l02.info": (110, 200),
    "l02.slow": (120, 250),
    "l02.rest": (140, 300),
    "effort.percentile": (70, 95),
    "effort.over_median": (105, 200),
    "effort.long_share": (60, 100),
    "effort.hr_percent": (80, 95),
    "effort.hr_high_percent": (85, 98),
    "effort.hard_rpe": (5, 9),
    "effort.maximal_rpe": (6, 10),
    "effort.moderate_rpe": (3, 8),
    "r01.tolerance": (50, 100),
    "r02.slow": (4, 14),
    "r02.rest": (5, 21),
    "r06.first_share": (30, 90),
    "r06.rest_share": (110, 250),
    "policy.daily": (1, 3),
    "policy.weekly_sms": (1, 7),
    "policy.weekly_push": (1, 7),
    "l07.heavy_bmi": (25, 40),
    "r02.horizon_d": (30, 90),
    "gates.run_mm_s": (5_000, 8_000),
    "gates.keep_d": (91, 182),
    "gates.threshold_d": (42, 91),
    "gates.twin_overlap": (50, 100),
    "l05.watch": (147, 250),
    "l05.weeks": (4, 11),
    "l05.least_known_d": (4, 7),
    "r07.mean_weeks": (4, 11),
    "gates.twin_shared": (30, 90),
    **{f"{part}.known": (50, 100) for part in ("t01", "t02", "t03", "t04")},
    **{f"{part}.window_d": (14, 28) for part in ("w01", "f01", "f02")},
    "t03.window_d": (21, 56),
    "f01.slow_d": (7, 28),
    "f02.within_d": (4, 10),
    "w01.brisk": (85, 105),
    "w01.easy": (100, 130),
    "w01.hr": (70, 90),
}
"""Lowest and highest value of the limits where half to twice the shipped value would be too wide or too narrow."""

RISING = (
    ("l01.small", "l01.moderate", "l01.large"),
    ("l02.info", "l02.slow", "l02.rest"),
    ("effort.moderate_rpe", "effort.hard_rpe", "effort.maximal_rpe"),
    ("effort.hr_percent", "effort.hr_high_percent"),
    ("r02.slow", "r02.rest"),
    ("r06.gap_d", "r06.middle_d", "r06.long_d", "r06.restart_d"),
    ("t01.info", "t01.slow"),
    ("t02.slow", "t02.rest"),
    ("r03.clear", "r03.rise", "r03.rest"),
    ("r04.clear", "r04.band", "r04.rest"),
    ("l03.clear", "l03.ramp"),
    ("l04.clear", "l04.ratio"),
    ("l05.clear", "l05.load"),
    ("l05.watch", "l05.high"),
    ("l06.clear", "l06.rise"),
    ("l06.deficit_clear", "l06.deficit"),
    ("r07.clear", "r07.high"),
    ("r07.low", "r07.easy"),
    ("t02.level", "t02.hilly"),
    ("t04.entropy", "t04.clear"),
    ("f02.clear", "f02.shift"),
    ("f01.cadence", "f01.alone"),
)
"""Bands that mean nothing unless each is higher than the one before."""


def adjust(overrides: Mapping[str, Any], pack: Pack = STANDARD) -> Pack:
    """`pack` with `overrides`: `{"version": "2", "l01": {"small": 115}}`. Raises `Unsafe`, naming the key.

    A pack that differs needs a version of its own: the version is what tells a stored state that it must be folded
    anew.
    """
    made = pack
    for name, value in overrides.items():
        made = replace(made, **{name: _part(pack, name, value)})
    _check_rising(made)
    if made != pack and made.version == pack.version:
        raise Unsafe(f"version: is missing or still “{pack.version}”; a pack that differs needs a version of its own.")
    return made


SHARED = frozenset({"version", "gates", "mornings", "policy", "digest"})
"""Parts of a pack that one athlete cannot have apart from everybody: they keep states comparable and budgets fair."""


def own_pack(athlete: Athlete, pack: Pack) -> Pack:
    """`pack` with the athlete's own limits. Limits that do not go with this pack are left out, all of them."""
    return pack if not athlete.limits else _own(athlete.limits, pack)


@lru_cache(maxsize=1024)
def _own(limits: tuple[tuple[str, int], ...], pack: Pack) -> Pack:
    try:
        return check_own(limits, pack)
    except Unsafe:
        return pack


def check_own(limits: tuple[tuple[str, int], ...], pack: Pack = STANDARD) -> Pack:
    """`pack` with an athlete's own limits, as (("l01.small", 115), …). Raises `Unsafe`, naming the limit."""
    for path, _ in limits:
        part, _, name = path.partition(".")
        if part in SHARED or not name:
            raise Unsafe(f"{path}: is no limit of one athlete; name it like l01.small.")
    return adjust({**_nested(limits), "version": f"{pack.version}*"}, pack) if limits else pack


def house_pack(limits: Mapping[str, int], pack: Pack = STANDARD) -> Pack:
    """`pack` with the limits of the whole installation, `{"l01.small": 115}`. Raises `Unsafe`, naming the limit.

    The version follows from what differs: the same limits set again are the same pack.
    """
    for path in limits:
        if path.count(".") != 1 or path.startswith("version."):
            raise Unsafe(f"{path}: is no limit; name it like l01.small.")
    differs = sorted((path, value) for path, value in limits.items())
    made = adjust({**_nested(differs), "version": _mixed(pack, differs)}, pack)
    differs = [(path, value) for path, value in differs if _at(pack, path) != value]
    return replace(made, version=_mixed(pack, differs)) if differs else pack


def _mixed(pack: Pack, limits: Sequence[tuple[str, int]]) -> str:
    """A version of at most 40 characters that tells which pack was changed, and how."""
    mark = blake2b(repr((pack.version, limits)).encode(), digest_size=5).hexdigest()
    return f"{pack.version[:28]}+{mark}"


def _nested(limits: Iterable[tuple[str, int]]) -> dict[str, dict[str, int]]:
    overrides: dict[str, dict[str, int]] = {}
    for path, value in limits:
        part, _, name = path.partition(".")
        overrides.setdefault(part, {})[name] = value
    return overrides


def _part(pack: Pack, name: str, value: Any) -> Any:
    if name not in (known := [field.name for field in fields(pack)]):
        raise Unsafe(f"{name}: no such part of a pack; there are {', '.join(known)}.")
    if name == "version":
        return _version(value)
    part = getattr(pack, name)
    if not isinstance(value, Mapping):
        raise Unsafe(f"{name}: must hold names and values, such as {_example(name, part)}.")
    return replace(part, **{key: _limit(name, part, key, given) for key, given in value.items()})


def _version(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or not value.isprintable():
        raise Unsafe(f"version: must be a short text such as “2”, of {LONGEST} characters at most.")
    return value


LONGEST = 40


def _example(name: str, part: Any) -> str:
    first = fields(part)[0].name if is_dataclass(part) else "limit"
    return f'{{"{name}": {{"{first}": {getattr(part, first, 1)}}}}}'


def _limit(name: str, part: Any, key: str, given: Any) -> Any:
    if key not in (known := [field.name for field in fields(part)]):
        raise Unsafe(f"{name}.{key}: no such limit; {name} has {', '.join(known)}.")
    path, shipped = f"{name}.{key}", getattr(getattr(STANDARD, name), key)
    if isinstance(shipped, bool):
        if not isinstance(given, bool):
            raise Unsafe(f"{path}: must be true or false.")
        return given
    if not isinstance(shipped, int):
        raise Unsafe(f"{path}: cannot be changed.")
    if not isinstance(given, int) or isinstance(given, bool):
        raise Unsafe(f"{path}: must be a whole number such as {shipped}.")
    low, high = safe(path, shipped)
    if not low <= given <= high:
        raise Unsafe(f"{path}: {given} is not safe; it may be {low} to {high} ({shipped} as shipped).")
    return given


def safe(path: str, shipped: int) -> tuple[int, int]:
    """The lowest and highest safe value of the limit at `path`: from the table, else half to twice the shipped one."""
    return SAFE.get(path, ((shipped + 1) // 2, 2 * shipped))


def _check_rising(pack: Pack) -> None:
    for chain in RISING:
        for lower, higher in pairwise(chain):
            if _at(pack, lower) >= _at(pack, higher):
                raise Unsafe(f"{higher}: must be higher than {lower} ({_at(pack, lower)}).")


def _at(pack: Pack, path: str) -> int:
    part, name = path.split(".")
    value: int = getattr(getattr(pack, part), name)
    return value
