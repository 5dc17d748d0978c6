"""Migrations from inside the program: bring a database up to date, or say what is wrong with it.

Both functions run a loop of their own (alembic's async template does), so call them before the service's loop or in
a thread.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from twinge.store.engine import Unusable

_HERE = Path(__file__).resolve()


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision; on SQLite the file and its folder are made."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        command.upgrade(config(url), "head")
    except SQLAlchemyError as error:
        raise Unusable(f"the database could not be upgraded: {getattr(error, 'orig', error)}") from error


def check(url: str) -> str | None:
    """What is wrong with the schema at `url`, or None."""
    head = ScriptDirectory.from_config(config(url)).get_current_head()
    try:
        found = _revision(url)
    except SQLAlchemyError as error:
        return f"the database does not open: {getattr(error, 'orig', None) or type(error).__name__}"
    if found == head:
        return None
    return f"the database is at revision {found or 'none'}, this version needs {head}: run `twinge db upgrade`"


def config(url: str) -> Config:
    """Alembic's settings for `url`."""
    if make_url(url).get_backend_name() != "sqlite":
        raise Unusable("this version keeps its data in SQLite only: set TWINGE_DATABASE_URL to sqlite:///PATH")
    made = Config()
    made.set_main_option("script_location", str(_migrations()).replace("%", "%%"))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def _migrations() -> Path:
    """The folder of migrations: inside the package, in the source tree above it, or where the image starts."""
    for folder in (_HERE.parents[1], _HERE.parents[3], Path.cwd()):
        if (folder / "migrations" / "env.py").is_file():
            return folder / "migrations"
    raise Unusable("the folder `migrations` is missing: run from the source tree or the container image")


def _revision(url: str) -> str | None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not (parsed.database and Path(parsed.database).is_file()):
        return None
    engine: Engine = create_engine(parsed.set(drivername=parsed.get_backend_name()))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
