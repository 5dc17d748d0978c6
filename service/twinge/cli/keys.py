"""`twinge keys`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from twinge.cli.screen import form_option, show, stop, with_store

if TYPE_CHECKING:
    from twinge.store.keys import Key


@click.group()
def keys() -> None:
    """Make, list and revoke API keys; make the key for Web Push."""


@keys.command("create")
@click.option("--scope", type=click.Choice(["admin", "read"]), required=True, help="read: GET only.")
@click.option("--name", default="", help="Whose key it is, for the list.")
def create_key(scope: str, name: str) -> None:
    """Make a key and show it this once, alone on the last line.

    \b
    KEY=$(twinge keys create --scope admin | tail -n 1)
    curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8700/api/v1/rules
    """
    from twinge.app import now

    click.echo("Keep this key safe: it is shown once and stored only as a hash.", err=True)
    click.echo(with_store(lambda store: store.keys.create(scope, name, now())))


@keys.command("list")
@form_option
def list_keys(form: str) -> None:
    """List the keys: id, scope, state, last use, name; never the key itself."""
    from twinge.web.api import views

    found = with_store(lambda store: store.keys.list())
    show([views.key(one) for one in found], form, lambda: "\n".join(map(_line, found)))


def _line(key: Key) -> str:
    state = "revoked" if key.revoked_at else "active"
    used = key.used_at.strftime("%Y-%m-%d") if key.used_at else "never used"
    return f"{key.id}  {key.scope:<5}  {state:<7}  {used:<10}  {key.name}".rstrip()


@keys.command("revoke")
@click.argument("key")
def revoke_key(key: str) -> None:
    """Revoke the key with this id, at once and for ever."""
    from twinge.app import now

    if not with_store(lambda store: store.keys.revoke(key, now())):
        stop(f"there is no active key with the id {key}; `twinge keys list` shows them.")
    click.echo(f"revoked {key}")


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
