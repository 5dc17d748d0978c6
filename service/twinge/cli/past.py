"""`twinge backtest` and `twinge evaluate`: what would have been said, and what became of it."""
# ruff: noqa: PLC0415 - imports inside commands are the point: aiohttp.web and SQLAlchemy take most of a second

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twinge.cli.screen import open_for_writing, progress, stop, target, zone_of

if TYPE_CHECKING:
    from twinge.evaluate import Evaluation


@click.command()
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
@click.option("--hr-threshold", type=click.IntRange(80, 230), help="Heart rate at the threshold, beats per minute.")
@click.option("--ftp", "ftp_w", type=click.IntRange(30, 700), help="Threshold power of a rider, watts.")
@click.option("--threshold-pace", "threshold_pace_s", type=click.IntRange(120, 900), help="Seconds a kilometre.")
@click.option("--novice", is_flag=True, default=None, help="New to running at the beginning of the history.")
@click.option("--bmi", type=click.FloatRange(10, 100), help="Body-mass index; read by L07 only.")
@click.option("--longest", "declared_longest_m", type=click.IntRange(0, 1_000_000), help="Longest run before, metres.")
@click.option("--streams", is_flag=True, help="Read the recordings beside the list of an export too; takes minutes.")
def backtest(
    files: tuple[Path, ...],
    form: str,
    out: Path | None,
    compare: str | None,
    pack_diff: tuple[str, str] | None,
    timezone: str | None,
    sport: str | None,
    streams: bool,
    **profile: Any,
) -> None:
    """Say what Twinge would have said, when and why.

    One athlete a FILE; no settings, no database. A file that cannot be read is named, the others go on, and the exit
    code is 1.

    Reads Strava's export (activities.csv or the zip), Strava API and generic JSON lines, and CSV with a date and a
    distance or duration; each also as .gz. Recordings (.fit, .tcx, .gpx) are one athlete's together, and so is a folder
    or zip of them. A PACK is a JSON or TOML file of the limits that differ, or the word standard.

    \b
    twinge backtest export_1234567.zip --timezone Europe/Berlin
    twinge backtest export_1234567.zip --format html --out past.html
    twinge backtest alice.csv bob.jsonl.gz --format json --out report.json
    twinge backtest monday.fit thursday.gpx --timezone Europe/Berlin
    twinge backtest *.csv --pack-diff standard careful.toml
    """
    from twinge.archives import sources
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
    zone = zone_of(timezone)
    wish = Wish(Athlete("backtest", **profile), zone.key if zone else None, sport, packs, streams)
    troubles = look_back(sources(files), wish, Manner(form, bool(pack_diff)), progress, lambda: target(out))
    for trouble in troubles:
        click.echo(f"twinge: {trouble}", err=True)
    if troubles:
        sys.exit(1)


@click.command()
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

    zone, readers = zone_of(timezone), row_readers(load_plugins(os.environ))
    try:
        pairs, notes = match(histories, onsets)
        dates = [read_onsets(path) for _, path in pairs]
    except WrongOnsets as error:
        stop(str(error))
    cases = [
        Case(open_history(path, zone=zone, readers=readers, sport=sport), days)
        for (path, _), days in zip(pairs, dates, strict=True)
    ]
    with progress(len(cases)) as advance:
        found = measure(cases, windows=within or WINDOWS, progress=advance, notes=notes, **how)
    _show_evaluation(found, form, out)


def _show_evaluation(found: Evaluation, form: str, out: Path | None) -> None:
    from rich.console import Console

    from twinge.evaluate.page import print_text, to_json

    with contextlib.ExitStack() as stack:
        target = sys.stdout if out is None else stack.enter_context(open_for_writing(out))
        if form == "json":
            click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2), file=target)
        else:
            print_text(found, Console(file=target, highlight=False))
    if found.leaks:
        stop("a decision looked ahead; the report says where.")
