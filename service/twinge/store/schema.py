"""Migrations from inside the program: bring a database up to date, or say what is wrong with it.

Both functions run a loop of their own (alembic's async template does), so call them before the service's loop or in
a thread. Alembic and what it brings along are a seventh of a start, so they are loaded only to migrate: which revision
a database has and which one is the newest is asked and read here.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from twinge.store.engine import Unusable
from twinge.store.opening import plain

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).resolve()
SUPPORTED = ("sqlite", "postgresql")


class Newer(Unusable):
    """The database belongs to a newer version."""


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision; an SQLite file and its folder are made, a database is not.

    All revisions are one transaction, and of two who upgrade at once one waits. An SQLite file that is there already
    is only read, so a full disk or a busy writer keeps nobody from starting.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        if check(url) is None:
            return
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(config(url), "head")
    except CommandError as error:  # it does not know the revision that the database is at
        raise Newer(check(url) or str(error)) from error
    except (SQLAlchemyError, OSError) as error:
        message = f"the database could not be upgraded and is as it was: {_cause(error)}; see to that and start again"
        raise Unusable(message) from error


def check(url: str) -> str | None:
    """What is wrong with the schema at `url`, or None."""
    _refuse_others(url)
    parsed = make_url(url)
    blank = parsed.get_backend_name() == "sqlite" and not (parsed.database and Path(parsed.database).is_file())
    try:
        found = "" if blank else asyncio.run(_revision(url))
    except (SQLAlchemyError, OSError) as error:
        return f"the database does not open: {_cause(error)}"
    if found == (head := newest()):
        return None
    if found > head:
        return f"the database is at revision {found}, this version knows {head}: run the newer one, or restore a backup"
    return f"the database is at revision {found or 'none'}, this version needs {head}: run `twinge db upgrade`"


def newest() -> str:
    """The last revision, by the files' names: they are numbered, `0013_sealed.py`, and each follows the one before."""
    return max(path.name for path in (_migrations() / "versions").glob("[0-9]*_*.py")).partition("_")[0]


def config(url: str) -> Config:
    """Alembic's settings for `url`."""
    from alembic.config import Config

    _refuse_others(url)
    made = Config()
    made.set_main_option("script_location", str(_migrations()).replace("%", "%%"))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def _refuse_others(url: str) -> None:
    if make_url(url).get_backend_name() not in SUPPORTED:
        raise Unusable(
            "data are kept in SQLite or PostgreSQL: set TWINGE_DATABASE_URL to sqlite:///… or postgresql://…"
        )


def _cause(error: Exception) -> str:
    """The driver's own sentence, without the statement; a password is in neither."""
    return str(getattr(error, "orig", None) or error)


def _migrations() -> Path:
    """The folder of migrations: inside the package, in the source tree above it, or where the image starts."""
    for folder in (_HERE.parents[1], _HERE.parents[3], Path.cwd()):
        if (folder / "migrations" / "env.py").is_file():
            return folder / "migrations"
    raise Unusable("the folder `migrations` is missing: run from the source tree or the container image")


async def _revision(url: str) -> str:
    """What alembic wrote down in this database; empty where it never did."""
    engine = plain(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_stamp)
    finally:
        await engine.dispose()


def _stamp(connection: Connection) -> str:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    return " ".join(connection.execute(text("SELECT version_num FROM alembic_version ORDER BY 1")).scalars())
