"""`twinge rules`: the limits of this installation, and what others would have said."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import click

from twinge.cli.screen import find_athlete, form_option, no_athlete, plugins, progress, settings, show, stop, with_store

if TYPE_CHECKING:
    from twinge.preview.run import Preview
    from twinge.rulebook import Rulebook
    from twinge.store import Store

Limit = tuple[str, int]
"""A limit by its path, and what it shall be."""


def limit(text: str) -> Limit:
    """`l01.small=115`; a switch is `=true` or `=false`."""
    path, found, value = text.partition("=")
    if found and value in {"true", "false"}:
        return path.strip(), value == "true"
    number = value.strip()
    if not (found and number.isascii() and number.isdigit() and len(number) < 10):
        raise click.BadParameter("give PATH=NUMBER, such as l01.small=115; GET /api/v1/rules lists them.")
    return path.strip(), int(number)


@click.group()
def rules() -> None:
    """See and change the limits of this installation, and look first what would come of it."""


@rules.command("limits")
@click.option("--all", "whole", is_flag=True, help="Every limit in force, not only those that differ.")
@form_option
def show_limits(form: str, *, whole: bool) -> None:
    """Print the limits that differ from the pack of the file, or the shipped one, and what each does."""
    from twinge.meanings import limits as meanings

    found = dict(sorted(with_store(_in_force if whole else _kept).items()))
    about = {path: words for path in found if (words := meanings().get(path))}
    lines = (f"{path}={json.dumps(value)}" + _below(about.get(path)) for path, value in found.items())
    show({"limits": found, "about": about}, form, lambda: "\n".join(lines))


def _below(words: str | None) -> str:
    return f"\n    {words}" if words else ""


@rules.command("set")
@click.argument("limits", nargs=-1, required=True, type=limit, metavar="PATH=NUMBER…")
@form_option
def set_limits(limits: tuple[Limit, ...], form: str) -> None:
    """Change limits for everybody here; the others stay as they are.

    Every process judges by them within a second. Each athlete's history is folded anew with their next event; nothing
    is said about what is past.

    \b
    twinge rules preview --set l01.small=115
    twinge rules set l01.small=115
    """
    _put(lambda old: {**old, **dict(limits)}, form)


@rules.command("reset")
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@form_option
def reset_limits(paths: tuple[str, ...], form: str) -> None:
    """Take these limits back, or all of them."""
    _put(lambda old: {path: value for path, value in old.items() if paths and path not in paths}, form)


@rules.command("preview")
@click.option("--set", "limits", multiple=True, required=True, type=limit, metavar="PATH=NUMBER", help="As for `set`.")
@click.option("--athlete", "athletes", multiple=True, metavar="ATHLETE", help="By id or only name. [default: all]")
@click.option("--days", type=click.IntRange(7, 300), default=120, show_default=True, help="How much of the past.")
@form_option
def preview_limits(limits: tuple[Limit, ...], athletes: tuple[str, ...], days: int, form: str) -> None:
    """Say what these limits would have said to the athletes here, beside what holds now. Changes and sends nothing.

    \b
    twinge rules preview --set l01.small=105 --days 60
    """
    from twinge.app import now
    from twinge.core.model import Voice
    from twinge.preview.run import MOST, Previewer, Wish
    from twinge.preview.tell import to_json

    voices = {name: Voice(channel.voice) for name, channel in plugins().channels.items()}

    async def run(store: Store) -> Preview:
        book = _book(store)
        packs = (await book.current(), _checked(book, {**await _kept(store), **dict(limits)}))
        ids = [await _athlete(store, one) for one in athletes] or None
        with progress(MOST if ids is None else len(ids)) as advance:
            return await Previewer(store, voices).run(Wish(packs, ids, days), now(), advance)

    told = to_json(with_store(run))
    if form == "json":
        click.echo(json.dumps(told, indent=2, default=_instant, ensure_ascii=False))
    else:
        _print(told)


def _book(store: Store) -> Rulebook:
    from twinge.packs import SHIPPED, open_pack
    from twinge.rulebook import Rulebook

    return Rulebook(store, open_pack(settings().pack or SHIPPED))


def _checked(book: Rulebook, limits: Mapping[str, int]) -> Any:
    from twinge.core.bounds import Unsafe

    try:
        return book.with_limits(limits)
    except Unsafe as error:
        stop(str(error))


async def _in_force(store: Store) -> dict[str, int]:
    """Every limit of the pack in force, by its path."""
    pack = await _book(store).current()
    parts = {field.name: getattr(pack, field.name) for field in fields(pack)}
    return {
        f"{name}.{field.name}": getattr(part, field.name)
        for name, part in parts.items()
        if is_dataclass(part)
        for field in fields(part)
    }


async def _kept(store: Store) -> dict[str, int]:
    async with store.read() as tx:
        found = await store.house.limits(tx)
    return {} if found is None else dict(found.limits)


def _put(change: Any, form: str) -> None:
    from twinge.app import now
    from twinge.store.codec import to_json

    async def put(store: Store) -> str:
        async with store.write() as tx:
            kept, book = await store.house.limits(tx), _book(store)
            old = {} if kept is None else dict(kept.limits)
            new = change(old)
            made = _checked(book, new)
            if new != old:
                await store.house.put(tx, new, "cli", now())
                detail = f"before={to_json(old)} after={to_json(dict(sorted(new.items())))}"
                await store.audit(tx, now(), "cli", "rules.limits", "rules", detail)
            return str(made.version)

    version = with_store(put)
    show({"pack": version}, form, lambda: f"the pack in force is {version}")


async def _athlete(store: Store, wanted: str) -> str:
    found = await find_athlete(store, wanted)
    if found is None:
        no_athlete(wanted)
    return found


def _instant(at: Any) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _print(told: Mapping[str, Any]) -> None:
    """Counts as now → then, and examples of what would change."""
    people = told["athletes"]
    click.echo(f"{told['now']} → {told['then']}, {told['from']:%Y-%m-%d} to {told['until']:%Y-%m-%d}")
    click.echo(f"{people['judged']} of {people['known']} athletes judged" + _late(people["left_out"]))
    _line("messages", told["messages"])
    _line("a week (median)", told["per_week_median"])
    _line("weekly digests", told["digests"])
    for name in ("by_severity", "by_rule"):
        for word, pair in told[name].items():
            _line(word, pair)
    for word, sign in (("no_longer", "−"), ("newly", "+")):
        click.echo(f"\n{sign} {told[word]['count']} {word.replace('_', ' ')} said")
        _examples(told[word]["examples"], sign)
    if lost := told["own_limits_lost"]:
        click.echo(f"\nThe own limits of {len(lost)} athletes do not go with these and would be left out.")


def _late(left_out: int) -> str:
    return f"; {left_out} left out: the time was over, or they could not be judged" if left_out else ""


def _line(word: str, pair: Mapping[str, Any]) -> None:
    click.echo(f"  {word:<16} {pair['now']} → {pair['then']}")


def _examples(told: Iterable[Mapping[str, Any]], sign: str) -> None:
    for one in told:
        click.echo(f"  {sign} {one['at']:%Y-%m-%d}  {one['severity']}  {','.join(one['rules'])}  {one['athlete']}")
        click.echo(f"    {one['text']}")
