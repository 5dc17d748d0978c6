"""The command line: serve · demo · backtest · evaluate · plugins · link · keys · db.

Nothing heavy is imported before a command needs it: `twinge --help` and `twinge backtest` never load the web server
or the database layer. Exit codes: 0 fine, 1 trouble, 2 wrong usage.
"""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from twinge.config import ROLES, SettingError, Settings, unknown_keys

if TYPE_CHECKING:
    from twinge.evaluate import Evaluation
    from twinge.registry import Plugins
    from twinge.store import Store

T = TypeVar("T")

WIDE = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=WIDE)
@click.version_option(package_name="twinge", prog_name="twinge")
def twinge() -> None:
    """Training-load nudges: slow down, rest, or see a doctor, before a sore muscle becomes an injury.

    \b
    Try it:      twinge demo
    Look back:   twinge backtest export.zip --timezone Europe/Berlin
    Run it:      twinge keys create --scope admin && twinge serve

    Settings come from the environment (TWINGE_…); docs/settings.md lists them.
    """


def main() -> NoReturn:
    """Run a command; what a person can mend is one line on stderr and exit code 1, without a traceback."""
    # TwingeError lives beside aiohttp's client types, so it is only looked up once something has gone wrong.
    try:
        sys.exit(twinge(standalone_mode=True))
    except SettingError as error:
        stop(str(error))
    except Exception as error:
        from twinge.plugin import TwingeError

        if not isinstance(error, TwingeError):
            raise
        stop(str(error))


def stop(message: str) -> NoReturn:
    """Say what is wrong and end with 1."""
    click.echo(f"twinge: {message}", err=True)
    sys.exit(1)


def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_env(os.environ)


def plugins() -> Plugins:
    """The plugins of this installation, built from this process's environment; strange settings are named."""
    from twinge.registry import load_plugins, prefixes

    for warning in unknown_keys(os.environ, prefixes()):
        click.echo(f"twinge: {warning}", err=True)
    return load_plugins(os.environ)


@twinge.command()
@click.option("--host", help="Address to listen on. [default: TWINGE_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one. [default: 8700]")
@click.option("--roles", metavar="LIST", help=f"What this process does. [default: {','.join(ROLES)}]")
def serve(host: str | None, port: int | None, roles: str | None) -> None:
    """Run the service until SIGTERM or Ctrl-C.

    An SQLite file is made and upgraded by itself; PostgreSQL is upgraded by `twinge db upgrade`.

    \b
    twinge serve
    twinge serve --host 0.0.0.0 --port 8700
    TWINGE_DATABASE_URL=postgresql://… twinge serve --roles web
    """
    given = {"TWINGE_HOST": host, "TWINGE_PORT": port, "TWINGE_ROLES": roles}
    env = {**os.environ, **{name: str(value) for name, value in given.items() if value is not None}}
    chosen = Settings.from_env(env)  # before the slow imports: a wrong setting is said at once
    from twinge.app import serve as run

    run(chosen, plugins())


@twinge.command()
@click.option("--keep", is_flag=True, help="Stay up afterwards, to look around.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes a free one.")
def demo(keep: bool, port: int) -> None:
    """Watch made-up athletes go through it.

    Some weeks of training through the real service; no account, no network.

    \b
    twinge demo
    twinge demo --keep --port 8700
    """
    from twinge.demo import run

    run(keep=keep, port=port)


@twinge.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to stdout.")
@click.option("--compare", metavar="PACK", help="Show beside it what this pack would have said.")
@click.option("--pack-diff", nargs=2, metavar="OLD NEW", help="Show only what one of two packs would have said.")
@click.option("--timezone", metavar="ZONE", help="The athlete's zone, such as Europe/Berlin.")
@click.option("--units", type=click.Choice(["km", "mi"]), default="km", show_default=True)
@click.option("--sport", help="What a row is where the file has no sport column.")
@click.option("--birth-year", type=click.IntRange(1900, 2100), help="Sharpens heart-rate loads.")
@click.option("--sex", type=click.Choice(["female", "male", "other"]), help="Sharpens heart-rate loads.")
@click.option("--hr-max", type=click.IntRange(100, 240), help="Highest heart rate, beats per minute.")
@click.option("--hr-rest", type=click.IntRange(25, 120), help="Resting heart rate, beats per minute.")
def backtest(
    files: tuple[Path, ...],
    form: str,
    out: Path | None,
    compare: str | None,
    pack_diff: tuple[str, str] | None,
    timezone: str | None,
    sport: str | None,
    **profile: Any,
) -> None:
    """Say what Twinge would have said, when and why.

    One athlete a FILE; no settings, no database. A file that cannot be read is named, the others go on, and the exit
    code is 1.

    Reads Strava's export (activities.csv or the zip), Strava API and generic JSON lines, and CSV with a date and a
    distance or duration; each also as .gz. A PACK is a JSON or TOML file of the limits that differ, or the word
    standard.

    \b
    twinge backtest export_1234567.zip --timezone Europe/Berlin
    twinge backtest export_1234567.zip --format html --out past.html
    twinge backtest alice.csv bob.jsonl.gz --format json --out report.json
    twinge backtest *.csv --pack-diff standard careful.toml
    """
    from twinge.core.model import Athlete
    from twinge.core.pack import STANDARD
    from twinge.histories import Wish
    from twinge.lookback import Manner, look_back
    from twinge.packs import open_pack

    if compare and pack_diff:
        raise click.UsageError("--compare and --pack-diff answer the same question: give one of them.")
    old = open_pack(pack_diff[0]) if pack_diff else STANDARD
    second = pack_diff[1] if pack_diff else compare
    packs = (old,) if second is None else (old, open_pack(second))
    if form == "html":
        from twinge.page import check_charts

        check_charts()
    zone = _zone(timezone)
    wish = Wish(Athlete("backtest", **profile), zone.key if zone else None, sport, packs)
    troubles = look_back(files, wish, Manner(form, bool(pack_diff)), _progress, lambda: _target(out))
    for trouble in troubles:
        click.echo(f"twinge: {trouble}", err=True)
    if troubles:
        sys.exit(1)


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise click.BadParameter("give an IANA name such as Europe/Berlin", param_hint="--timezone") from None


@contextmanager
def _progress(total: float) -> Iterator[Callable[[float], None]]:
    """A bar on stderr while long work runs; nothing where stderr is not a screen."""
    from rich.console import Console
    from rich.progress import Progress

    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("judging", total=total)
        yield lambda done: bar.advance(task, done)


@contextmanager
def _target(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield sys.stdout
        return
    with _open(out) as file:
        yield file


def _open(path: Path) -> IO[str]:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        stop(f"{path} cannot be written ({error.strerror}): choose another --out.")


@twinge.command()
@click.argument("histories", nargs=-1, required=True, metavar="HISTORY…", type=click.Path(path_type=Path))
@click.option("--onsets", multiple=True, metavar="DATES.csv", type=click.Path(path_type=Path), help="One per HISTORY.")
@click.option("--within", multiple=True, type=click.IntRange(1, 90), help="Days before an onset. [default: 7 and 14]")
@click.option("--cuts", type=click.IntRange(1, 1000), default=20, show_default=True, help="Look-ahead trials, each.")
@click.option("--draws", type=click.IntRange(100, 100_000), default=2000, show_default=True, help="Bootstrap samples.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same numbers.")
@click.option("--timezone", metavar="ZONE", help="The athletes' zone, such as Europe/Berlin.")
@click.option("--sport", help="What a row is where a file has no sport column.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to stdout.")
def evaluate(
    histories: tuple[Path, ...],
    onsets: tuple[Path, ...],
    within: tuple[int, ...],
    timezone: str | None,
    sport: str | None,
    form: str,
    out: Path | None,
    **how: Any,
) -> None:
    """Hold the nudges against dates of injury or pain, beside chance.

    One athlete a HISTORY, or a folder of pairs NAME.csv + NAME.onsets.csv. DATES.csv has the columns onset and, if
    known, end, as year-month-day. Exit code 1 when cutting off later days changed a decision (look-ahead).

    \b
    twinge evaluate alice.csv --onsets alice-injuries.csv --timezone Europe/Berlin
    twinge evaluate club/ --within 7 --within 28 --format json
    """
    from twinge.evaluate import WINDOWS, Case, WrongOnsets, match, read_onsets
    from twinge.evaluate import evaluate as measure
    from twinge.files import open_history
    from twinge.registry import load_plugins, row_readers

    zone, readers = _zone(timezone), row_readers(load_plugins(os.environ))
    try:
        pairs, notes = match(histories, onsets)
        dates = [read_onsets(path) for _, path in pairs]
    except WrongOnsets as error:
        stop(str(error))
    cases = [
        Case(open_history(path, zone=zone, readers=readers, sport=sport), days)
        for (path, _), days in zip(pairs, dates, strict=True)
    ]
    with _progress(len(cases)) as advance:
        found = measure(cases, windows=within or WINDOWS, progress=advance, notes=notes, **how)
    _show_evaluation(found, form, out)


def _show_evaluation(found: Evaluation, form: str, out: Path | None) -> None:
    from rich.console import Console

    from twinge.evaluate.page import print_text, to_json

    with contextlib.ExitStack() as stack:
        target = sys.stdout if out is None else stack.enter_context(_open(out))
        if form == "json":
            click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2), file=target)
        else:
            print_text(found, Console(file=target, highlight=False))
    if found.leaks:
        stop("a decision looked ahead; the report says where.")


@twinge.command("plugins")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_plugins(form: str) -> None:
    """Say which plugins are ready, and what the others lack."""
    from dataclasses import asdict

    lines = plugins().status
    if form == "json":
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
        return
    width = max((len(line.name) for line in lines), default=0)
    for line in lines:
        colour = {"ready": "green", "not configured": "yellow"}.get(line.state, "red")
        state = click.style(f"{line.state:<14}", fg=colour)
        click.echo(f"{line.kind:<8}  {line.name:<{width}}  {state}  {line.reason}".rstrip())


@twinge.group()
def keys() -> None:
    """Make, list and revoke API keys; make the key for Web Push."""


def with_store(work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
    """Run `work` on the store of this process, opened and closed around it."""
    chosen = settings()
    from twinge.app import opened

    async def run() -> T:
        async with opened(chosen) as store:
            return await work(store)

    return asyncio.run(run())


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
def list_keys() -> None:
    """List the keys: id, scope, state, last use, name; never the key itself."""
    for key in with_store(lambda store: store.keys.list()):
        state = "revoked" if key.revoked_at else "active"
        used = key.used_at.strftime("%Y-%m-%d") if key.used_at else "never used"
        click.echo(f"{key.id}  {key.scope:<5}  {state:<7}  {used:<10}  {key.name}".rstrip())


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


@twinge.command("link")
@click.argument("athlete", metavar="ATHLETE")
def make_link(athlete: str) -> None:
    """Print a link that opens an athlete's page, once, within half an hour.

    ATHLETE is the id, or the name where only one has it. Whoever opens the link is let in as this athlete.

    \b
    twinge link Alice
    """
    from twinge.app import now
    from twinge.store.visits import ENTRANCE, LINK_LASTS

    if not (outside := settings().public_url):
        stop("set TWINGE_PUBLIC_URL to the address that athletes reach Twinge by: the link begins with it.")

    async def invite(store: Store) -> str | None:
        athlete_id = await _find_athlete(store, athlete)
        if athlete_id is None:
            return None
        async with store.write() as tx:
            await store.audit(tx, now(), "cli", "link.create", f"athlete:{athlete_id}")
            return await store.visits.invite(tx, athlete_id, now(), lasts=LINK_LASTS)

    token = with_store(invite)
    if token is None:
        stop(
            f"there is no athlete {athlete}, or several have this name; GET /api/v1/athletes lists them with their ids."
        )
    click.echo("It works once, for half an hour. Give it to nobody but the athlete.", err=True)
    click.echo(f"{outside}{ENTRANCE}{token}")


async def _find_athlete(store: Store, wanted: str) -> str | None:
    """The id that `wanted` is, or of the only athlete with this name."""
    if await store.athletes.get(wanted) is not None:
        return wanted
    named: list[str] = []
    page = await store.athletes.find(None, 200)
    while True:
        named += [one.id for one in page.items if one.name == wanted]
        if page.next is None:
            return named[0] if len(named) == 1 else None
        page = await store.athletes.find(page.next, 200)


@twinge.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def upgrade_db() -> None:
    """Bring the schema up to this version. Safe to run again."""
    from twinge.store import schema

    schema.upgrade(settings().database_url)
    click.echo("the schema is up to date")


@db.command("check")
def check_db() -> None:
    """Say whether the schema is the one this version needs."""
    from twinge.store import schema

    if wrong := schema.check(settings().database_url):
        stop(wrong)
    click.echo("the schema is up to date")
