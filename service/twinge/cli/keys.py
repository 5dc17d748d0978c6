"""`twinge keys`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from twinge.cli.screen import find_athlete, form_option, no_athlete, progress, settings, show, stop, with_store

if TYPE_CHECKING:
    from twinge.store import Store
    from twinge.store.keys import Key
    from twinge.store.rotation import Count


class Rotated(NamedTuple):
    """What came of sealing anew."""

    key: str
    older: list[str]
    done: Count
    until: datetime | None
    """Until when an answer to an Idempotency-Key stands that only an older key finds."""


def lasting(text: str) -> timedelta:
    """So many days, as `90d`: 1 to 3650."""
    days = text.removesuffix("d")
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:5]) <= 3650):
        raise click.BadParameter("give days from 1 to 3650, such as 90d.")
    return timedelta(days=int(days))


@click.group()
def keys() -> None:
    """Make, list and revoke API keys, and say which athletes a coach's is for; make and change the house's own keys."""


@keys.command("create")
@click.option(
    "--scope",
    type=click.Choice(["admin", "read", "coach"]),
    required=True,
    help="read: GET only. coach: athletes of their own.",
)
@click.option("--name", default="", help="Whose key it is, for the list.")
@click.option("--athlete", "athletes", multiple=True, metavar="ATHLETE", help="A coach's athlete, by id or only name.")
@click.option("--expires", type=lasting, metavar="DAYS", help="When it ends by itself, such as 90d. [default: never]")
def create_key(scope: str, name: str, athletes: tuple[str, ...], expires: timedelta | None) -> None:
    """Make a key and show it this once, alone on the last line.

    \b
    KEY=$(twinge keys create --scope admin | tail -n 1)
    curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8700/api/v1/rules
    twinge keys create --scope coach --athlete Alice --athlete Bob --expires 90d
    """
    from twinge.app import now
    from twinge.store.keys import id_of

    if athletes and scope != "coach":
        raise click.UsageError("--athlete goes with --scope coach: the other keys are for everybody.")
    at = now()

    async def make(store: Store) -> str:
        theirs = [await _athlete(store, one) for one in athletes]
        async with store.write() as tx:
            ends = None if expires is None else at + expires
            made = await store.keys.make(tx, scope, name, at, athletes=theirs, expires_at=ends)
            detail = f"scope={scope} athletes={','.join(sorted(theirs)) or '-'}"
            await store.audit(tx, at, "cli", "key.create", f"key:{id_of(made)}", detail)
            return made

    made = with_store(make)
    click.echo("Keep this key safe: it is shown once and stored only as a hash.", err=True)
    click.echo(made)


async def _athlete(store: Store, wanted: str) -> str:
    found = await find_athlete(store, wanted)
    if found is None:
        no_athlete(wanted)
    return found


@keys.command("grant")
@click.argument("key")
@click.argument("athletes", nargs=-1, required=True, metavar="ATHLETE…")
def grant_key(key: str, athletes: Sequence[str]) -> None:
    """Let the coach with the key of this id see these athletes too."""
    _change(key, athletes, give=True)


@keys.command("withdraw")
@click.argument("key")
@click.argument("athletes", nargs=-1, required=True, metavar="ATHLETE…")
def withdraw_key(key: str, athletes: Sequence[str]) -> None:
    """Let the coach with the key of this id see these athletes no more."""
    _change(key, athletes, give=False)


def _change(key: str, athletes: Sequence[str], *, give: bool) -> None:
    from twinge.app import now

    at = now()

    async def change(store: Store) -> None:
        theirs = [await _athlete(store, one) for one in athletes]
        async with store.write() as tx:
            found = await store.keys.get(tx, key)
            if found is None or found.scope != "coach" or found.revoked_at is not None:
                stop(f"there is no active coach's key with the id {key}; `twinge keys list` shows them.")
            for one in theirs:
                if give:
                    await store.keys.grant(tx, key, one)
                else:
                    await store.keys.withdraw(tx, key, one)
                await store.audit(
                    tx, at, "cli", f"key.{'grant' if give else 'withdraw'}", f"key:{key}", f"athlete={one}"
                )

    with_store(change)
    click.echo(f"{'granted' if give else 'withdrew'} {len(athletes)} for {key}")


@keys.command("list")
@form_option
def list_keys(form: str) -> None:
    """List the keys: what they begin with, scope, state, last use, end, name; never the key itself."""
    from twinge.app import now
    from twinge.web.api import views

    at, found = now(), with_store(lambda store: store.keys.list())
    show([views.key(one) for one in found], form, lambda: "\n".join(_line(one, at) for one in found))


def _line(key: Key, at: datetime) -> str:
    over = key.expires_at is not None and key.expires_at <= at
    state = "revoked" if key.revoked_at else "expired" if over else "active"
    used = key.used_at.strftime("%Y-%m-%d") if key.used_at else "never used"
    ends = key.expires_at.strftime("until %Y-%m-%d") if key.expires_at else ""
    theirs = f"athletes: {len(key.athletes)}" if key.scope == "coach" else ""
    return f"{key.id}  {key.scope:<5}  {state:<7}  {used:<10}  {ends:<16}  {theirs:<12}  {key.name}".rstrip()


@keys.command("revoke")
@click.argument("key")
def revoke_key(key: str) -> None:
    """Revoke the key with this id, at once and for ever."""
    from twinge.app import now

    async def end(store: Store) -> bool:
        async with store.write() as tx:
            ended = await store.keys.end(tx, key, now())
            if ended is not None:
                await store.audit(tx, now(), "cli", "key.revoke", f"key:{key}")
            return ended is not None

    if not with_store(end):
        stop(f"there is no active key with the id {key}; `twinge keys list` shows them.")
    click.echo(f"revoked {key}")


@keys.command("secret")
@click.option(
    "--add", is_flag=True, help="Put it first into secret.key in the data folder; the old one stays behind it."
)
def make_secret(add: bool) -> None:
    """Make a new secret, for TWINGE_SECRET_KEY or secret.key.

    The first key seals what is stored, all of them open it. So a new one goes before the old one, which may go once
    `twinge keys rotate` says so.

    \b
    twinge keys secret --add && systemctl restart twinge && twinge keys rotate
    """
    from twinge.keyfile import add_secret, new_secret, secret_of

    chosen = settings()
    if not add:
        click.echo("Put it before the old one, with a space between them, and restart:", err=True)
        click.echo(new_secret())
        return
    if chosen.secret_key:
        stop("TWINGE_SECRET_KEY is set, and the file is not used: run it without --add, and put the key there.")
    secret_of(chosen)
    path = chosen.data_dir / "secret.key"
    try:
        add_secret(path)
    except OSError as error:
        stop(f"{path} cannot be written ({error.strerror}): give this user the right to.")
    click.echo(f"{path}: a new key is the first. Restart the service, then run `twinge keys rotate`.", err=True)


@keys.command("rotate")
@click.option("--stopped", is_flag=True, help="No process of the service runs, so none need be restarted first.")
@form_option
def rotate_secret(stopped: bool, form: str) -> None:
    """Seal everything anew under the first key of TWINGE_SECRET_KEY (or secret.key), and say when the old may go.

    The service runs on; every process of it must have been restarted with the new key in front. Safe to stop and to run
    again. On an SQLite before 3.51.3 (`twinge doctor` tells) stop the service, and say --stopped.

    \b
    twinge keys rotate
    """
    show_rotation(with_store(lambda store: _rotate(store, stopped=stopped)), form)


async def _rotate(store: Store, *, stopped: bool) -> Rotated:
    from twinge.app import now
    from twinge.database import breathe

    older = list(store.seal.ids[1:])
    if older and not stopped and not await store.rotation.is_served():
        stop("no service has started with the new key yet: restart every process of it, or say --stopped.")
    left = await store.rotation.left()
    with progress(sum(left.values()), "sealing") as advance:
        done = await store.rotation.run(lambda _, rows: advance(rows), breathe)
    if not done.shut:
        await store.rotation.retire()
    await store.rotation.finish()
    async with store.write() as tx:
        detail = f"to={store.seal.ids[0]} rows={sum(done.sealed.values())} shut={sum(done.shut.values())}"
        await store.audit(tx, now(), "cli", "secret.rotate", f"secret:{store.seal.ids[0]}", detail)
    return Rotated(store.seal.ids[0], older, done, await store.rotation.last_repeat(now()))


def show_rotation(one: Rotated, form: str) -> None:
    """What was done, and what may be dropped; 1 where something does not open."""
    value: dict[str, Any] = {"key": one.key, "older": one.older, "sealed": one.done.sealed, "shut": one.done.shut}
    value["until"] = None if one.until is None else one.until.isoformat()
    show(value, form, lambda: "\n".join(_rotated(one)))
    if one.done.shut:
        stop("what does not open is under a key that is not here: put it behind the others, and run this again.")


def _rotated(one: Rotated) -> list[str]:
    lines = [f"{name:<12} {number:>9,} sealed anew" for name, number in one.done.sealed.items()]
    lines += [f"{name:<12} {number:>9,} do not open" for name, number in one.done.shut.items()]
    if one.done.shut:
        return lines
    lines.append(f"everything is under the key {one.key}")
    if one.older:
        old, after = ", ".join(one.older), "" if one.until is None else f" after {one.until:%Y-%m-%d %H:%M} UTC"
        lines.append(f"no longer needed{after}: {old}; take it out of the setting and restart")
    return lines


@keys.command("lost")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
def lose_secret(key: str, yes: bool) -> None:
    """Give up what only the lost key of this id opens, so that the service starts again. Stop it first.

    A backup of the key is better: look for that first. Addresses must be added again, athletes connect again; reports,
    mornings and deliveries under that key are removed, messages lose their words. Workouts, findings and the state of
    the rules are kept. STOP of those who are here holds; of those who were erased it is not known any more.
    """
    from twinge.app import now
    from twinge.database import lost

    chosen = settings()
    if not yes:
        click.echo(f"What is sealed under {key} will be gone. Only the key itself could open it.", err=True)
        if click.prompt("Type LOST to go on", err=True) != "LOST":
            stop("nothing was given up.")
    gone = asyncio.run(lost(chosen, key, now()))
    click.echo("\n".join(f"{name:<12} {number:>9,} given up" for name, number in gone.items()) or "nothing was there")


@keys.command("vapid")
def make_vapid_key() -> None:
    """Make the key pair by which push services know this installation (VAPID, RFC 8292).

    The one line on stdout is for the environment file: twinge keys vapid >> twinge.env
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from py_vapid import Vapid02
    from py_vapid.utils import b64urlencode

    made = Vapid02()
    made.generate_keys()
    private = made.private_key.private_numbers().private_value.to_bytes(32)
    point = made.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    click.echo("Keep this key: without it, everybody who gets Web Push must allow it again.", err=True)
    click.echo("To change it, put the new one before the old one, with a space between them.", err=True)
    click.echo(f"Its public half, which pages may see: {b64urlencode(point)}", err=True)
    click.echo(f"TWINGE_WEBPUSH_PRIVATE_KEY={b64urlencode(private)}")
