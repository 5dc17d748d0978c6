"""The command line: run it, look back, look at who and what is here, look after it.

Nothing heavy is imported before a command needs it: `twinge --help` and `twinge backtest` never load the web server
or the database layer. Exit codes: 0 fine, 1 trouble, 2 wrong usage.
"""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from twinge.cli.athletes import athletes
from twinge.cli.channels import channels
from twinge.cli.completion import completion
from twinge.cli.copies import backup_db, restore_db, settle_db
from twinge.cli.data import erase, export
from twinge.cli.deliveries import deliveries
from twinge.cli.doctor import doctor
from twinge.cli.house import db, list_plugins
from twinge.cli.keys import keys
from twinge.cli.link import make_link
from twinge.cli.past import backtest, evaluate
from twinge.cli.rules import rules
from twinge.cli.run import demo, serve
from twinge.cli.screen import stop
from twinge.config import SettingError

WIDE = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=WIDE)
@click.version_option(package_name="twinge", prog_name="twinge")
def twinge() -> None:
    """Training-load nudges: slow down, rest, or see a doctor, before a sore muscle becomes an injury.

    \b
    Try it:      twinge demo
    Look back:   twinge backtest export.zip --timezone Europe/Berlin
    Run it:      twinge keys create --scope admin && twinge serve
    Look at it:  twinge athletes show Alice · twinge deliveries list --state dead

    Settings come from the environment (TWINGE_…); docs/settings.md lists them.
    """


COMMANDS = (
    serve,
    demo,
    backtest,
    evaluate,
    athletes,
    deliveries,
    rules,
    channels,
    list_plugins,
    make_link,
    export,
    erase,
    keys,
    db,
    doctor,
    completion,
)
for command in COMMANDS:
    twinge.add_command(command)
for command in (backup_db, restore_db, settle_db):
    db.add_command(command)


def main() -> NoReturn:
    """Run a command; what a person can mend is one line on stderr and exit code 1, without a traceback."""
    # TwingeError lives beside aiohttp's client types, so it is only looked up once something has gone wrong.
    try:
        sys.exit(twinge(standalone_mode=True))
    except SettingError as error:
        stop(str(error))
    except Exception as error:
        from twinge.plugin import TwingeError  # noqa: PLC0415 - see above

        if not isinstance(error, TwingeError):
            raise
        stop(str(error))
