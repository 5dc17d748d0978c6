"""`twinge db backup` and `twinge db restore`."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twinge.cli.screen import form_option, settings, show, stop

if TYPE_CHECKING:
    from twinge.config import Settings
    from twinge.store.restored import Settled

KEY_APART = (
    "secret.key (or TWINGE_SECRET_KEY) is not in it: keep that too, somewhere else. Without it nobody can be reached "
    "any more; who has both can read everything."
)


@click.command("backup")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@form_option
def backup_db(out: Path, form: str) -> None:
    """Copy the whole database into the new file OUT, while the service runs.

    One consistent moment, looked through before it appears, readable by its owner alone. On PostgreSQL this is
    pg_dump's work, which is run for you where it is installed.

    \b
    twinge db backup /var/backups/twinge-$(date +%F).sqlite3
    """
    from dataclasses import asdict

    from twinge.app import now
    from twinge.store import copies

    chosen = settings()
    file = _file(chosen)
    if file is None:
        _dump(chosen, out, form)
        return
    with _bar() as progress:
        made = copies.back_up(file, out, now(), progress)
    told = {"file": str(out), **asdict(made), "secret_key": "not in it"}
    show(told, form, lambda: f"{out}: {made.size:,} bytes, schema {made.revision}, every page is sound.\n{KEY_APART}")


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@form_option
def restore_db(file: Path, form: str) -> None:
    """Put the backup FILE in the place of the database. Stop the service first.

    FILE is looked through and upgraded before anything changes; the database that was there is kept beside. Messages
    that waited when the backup was made become void: they may have gone out since. Deliveries since then are not in it.
    """
    from twinge.app import now
    from twinge.keyfile import secret_of
    from twinge.plugin import TwingeError
    from twinge.store import copies

    chosen = settings()
    place, at = _file(chosen), now()
    if place is None:
        stop(_pg_restore(chosen, file))
    made = copies.inspect(file)
    fresh = place.with_name(f".{place.name}.restoring")
    aside = place.with_name(f"{place.name}.before-{at:%Y%m%dT%H%M%SZ}")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with copies.alone_with(place), _bar() as progress:
            copies.copy_into(file, fresh, progress)
            url = f"sqlite+aiosqlite:///{fresh}"
            _upgrade(url, file, made.revision)
            done, wrong = asyncio.run(_settle(url, secret_of(chosen), at, made.made_at))
            copies.sync(fresh)
            kept = aside if copies.put_in_place(fresh, place, aside) else None
    except OSError as error:
        raise TwingeError(f"nothing was restored ({error.strerror}): see to {place.parent}") from error
    finally:
        copies.remove(fresh)
    told = {
        "file": str(place),
        "made_at": made.made_at,
        "kept": str(kept) if kept else None,
        "void": done.void,
        "not_repeated": done.not_repeated,
        "deliveries": done.deliveries,
        "unopened_tokens": wrong,
    }
    show(told, form, lambda: "\n".join(_words(told)))


def _words(told: dict[str, Any]) -> Iterator[str]:
    made = told["made_at"]
    yield f"{told['file']} is as it was {f'{made:%F %H:%M}Z' if made else 'when the backup was made'}."
    if told["kept"]:
        yield f"What was there is in {told['kept']}; delete it when all is well."
    yield f"{told['void']} messages that waited are void, {told['not_repeated']} are not repeated: they may be out."
    yield f"{told['deliveries']} deliveries wait and will be judged; later ones must come again from the vendors."
    if told["unopened_tokens"]:
        yield (
            f"The tokens of {told['unopened_tokens']} connections do not open: put back the TWINGE_SECRET_KEY or "
            "secret.key of then, or let these athletes connect again."
        )


def _upgrade(url: str, file: Path, revision: str) -> None:
    from twinge.store import schema

    try:
        schema.upgrade(url)
    except schema.Newer:
        stop(f"{file} was made by a newer version of Twinge (schema {revision}): restore it with that one.")


async def _settle(url: str, secret: bytes, at: datetime, made_at: datetime | None) -> tuple[Settled, int]:
    """What was done with what waited, and how many connections our secret does not open."""
    from twinge.store import Store
    from twinge.store.restored import settle
    from twinge.store.soundness import unopened

    store = await Store.open(url, secret=secret)
    try:
        return await settle(store, at, made_at), (await unopened(store))[0]
    finally:
        await store.close()


@click.command("settle")
@form_option
def settle_db(form: str) -> None:
    """After a restore by other means (pg_restore): void the messages that waited in the copy.

    They may have gone out since it was made. `twinge db restore` does this by itself. Stop the service first.
    """
    from dataclasses import asdict

    from twinge.app import now
    from twinge.database import prepare
    from twinge.keyfile import secret_of

    chosen = settings()
    prepare(chosen)
    done, wrong = asyncio.run(_settle(chosen.database_url, secret_of(chosen), now(), None))
    told = {**asdict(done), "unopened_tokens": wrong}
    show(told, form, lambda: f"{done.void} messages that waited are void, {done.not_repeated} are not repeated.")


def _file(chosen: Settings) -> Path | None:
    """The SQLite file; None on a server."""
    scheme, _, path = chosen.database_url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") else None


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr where that is a screen."""
    from rich.console import Console
    from rich.progress import Progress

    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("copying", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


# ---- PostgreSQL: its own tools ---------------------------------------------------------------------------------------


def _dump(chosen: Settings, out: Path, form: str) -> None:
    """Run pg_dump where it is installed, or say how."""
    if out.exists():
        stop(f"{out} is there already, and is not overwritten: choose another name")
    url, password = _for_libpq(chosen)
    words = ["pg_dump", "--format=custom", "--no-owner", f"--file={out}", f"--dbname={url}"]
    if shutil.which("pg_dump") is None:
        stop(f"a PostgreSQL database is copied by pg_dump, which is not installed here: {' '.join(words)}")
    env = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    done = subprocess.run(words, env=env, check=False, capture_output=True, text=True)  # noqa: S603 - no shell
    if done.returncode:
        out.unlink(missing_ok=True)
        stop(f"pg_dump: {done.stderr.strip() or done.returncode}")
    told = {"file": str(out), "size": out.stat().st_size, "secret_key": "not in it"}
    show(told, form, lambda: f"{out}: {told['size']:,} bytes, by pg_dump.\n{KEY_APART}")


def _pg_restore(chosen: Settings, file: Path) -> str:
    url, _ = _for_libpq(chosen)
    return (
        "a PostgreSQL database is restored by its own tools; stop every process, then run: "
        f"pg_restore --clean --if-exists --no-owner --single-transaction --dbname={url} {file} && twinge db upgrade "
        "&& twinge db settle"
    )


def _for_libpq(chosen: Settings) -> tuple[str, str]:
    """The URL for PostgreSQL's own programs without the password, and the password: all can see arguments."""
    from sqlalchemy.engine import URL, make_url

    url = make_url(chosen.database_url).set(drivername="postgresql")
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string(hide_password=False), str(url.password or "")
