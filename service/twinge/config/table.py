"""The table of settings: every key with its shape, its default and its line of doc."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinge.config.shapes import ROLES, database_url, hosts, number, one_of, public_url, roles, secret
from twinge.keep import read_choice


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its name in the environment, how it is read, and its line in docs/settings.md."""

    name: str
    field: str
    default: str
    wants: str
    doc: str
    parse: Callable[[str], Any]
    secret: bool = False
    """A secret may also come from the file named by `<name>_FILE`, and is never printed."""


KEYS: tuple[Key, ...] = (
    Key(
        "TWINGE_DATA_DIR",
        "data_dir",
        "data",
        "a folder that Twinge may write to",
        "Folder of the SQLite file and the key file.",
        Path,
    ),
    Key(
        "TWINGE_DATABASE_URL",
        "database_url",
        "",
        "sqlite:///<path> or postgresql://<user>:<password>@<host>/<database>",
        "Where everything is kept; without it, `twinge.sqlite3` in the data folder.",
        database_url,
        secret=True,
    ),
    Key(
        "TWINGE_DATABASE_POOL",
        "database_pool",
        "10",
        "a number from 2 to 200",
        "Connections of one process to PostgreSQL at most; two more stay open beside them.",
        number(2, 200),
    ),
    Key(
        "TWINGE_DATABASE_TIMEOUT_S",
        "database_timeout_s",
        "30",
        "a number from 1 to 600",
        "Seconds that PostgreSQL may work on one statement.",
        number(1, 600),
    ),
    Key(
        "TWINGE_PUBLIC_URL",
        "public_url",
        "",
        "http(s)://<host>[/<path>], without a query",
        "The address that vendors and athletes reach Twinge by; some signatures cover it.",
        public_url,
    ),
    Key(
        "TWINGE_SECRET_KEY",
        "secret_key",
        "",
        "at least 32 characters; `twinge keys secret` prints one",
        "Seals what is stored; of several, separated by spaces, the first seals, all open. Without it: `secret.key`.",
        secret,
        secret=True,
    ),
    Key("TWINGE_HOST", "host", "127.0.0.1", "a host name or an IP address", "Address to listen on.", str),
    Key(
        "TWINGE_PORT",
        "port",
        "8700",
        "a number from 0 to 65535",
        "Port to listen on; 0 takes a free one.",
        number(0, 65535),
    ),
    Key(
        "TWINGE_ROLES",
        "roles",
        ",".join(ROLES),
        f"a comma-separated choice of {', '.join(ROLES)}",
        "What this process does; replicas on PostgreSQL may share the work.",
        roles,
    ),
    Key(
        "TWINGE_PACK",
        "pack",
        "",
        "the path of a pack file, JSON or TOML",
        "Limits of the rules for everybody here; without it, the ones we ship.",
        str,
    ),
    Key(
        "TWINGE_VERIFY_ADDRESSES",
        "verify_addresses",
        "0",
        "0 or 1",
        "1: every address that is added gets a code first, and nothing else until it came back; 0: the operator's word "
        "is enough, unless they ask for a code.",
        lambda text: one_of("0", "1")(text) == "1",
    ),
    Key(
        "TWINGE_FALL_BACK_MIN",
        "fall_back_min",
        "15",
        "a number from 1 to 1440",
        "Minutes without word of an arrival, or with a channel that is down, until the next channel is tried.",
        number(1, 1440),
    ),
    Key(
        "TWINGE_RETENTION",
        "retention",
        "vendor",
        "vendor or keep",
        "vendor: what came from a platform is deleted as its terms ask; keep: it stays, and the terms are yours.",
        one_of("vendor", "keep"),
    ),
    Key(
        "TWINGE_KEEP",
        "keep",
        "",
        "kinds of [privacy](privacy.md#how-long) with days or forever, such as findings=400, deliveries.garmin=7",
        "How long each kind of thing is kept, everywhere or from one source; what it does not name has its usual days.",
        read_choice,
    ),
    Key(
        "TWINGE_BODY_CAP_KB",
        "body_cap_kb",
        "256",
        "a number from 1 to 16384",
        "Largest request body, in kilobytes; a larger one is refused with 413.",
        number(1, 16384),
    ),
    Key(
        "TWINGE_FILE_CAP_KB",
        "file_cap_kb",
        "32768",
        "a number from 1 to 65536",
        "Largest device file that may be uploaded or lie in the watched folder, in kilobytes.",
        number(1, 65536),
    ),
    Key(
        "TWINGE_FILE_DEADLINE_S",
        "file_deadline_s",
        "10",
        "a number from 1 to 300",
        "Seconds that reading one device file may take; a slow machine and a day-long recording need more.",
        number(1, 300),
    ),
    Key(
        "TWINGE_FILES_DIR",
        "files_dir",
        "",
        "a folder that Twinge may write to",
        "Device files that appear in it, a folder for each athlete, are taken in; without it, no folder is watched.",
        str,
    ),
    Key(
        "TWINGE_REQUEST_DEADLINE_S",
        "request_deadline_s",
        "10",
        "a number from 1 to 300",
        "Seconds for one whole request, its body included; a slower one is closed with 408.",
        number(1, 300),
    ),
    Key(
        "TWINGE_ADMIN_HOSTS",
        "admin_hosts",
        "",
        "a comma-separated list of host names, without ports",
        "Names under which the operator's desk, `/admin`, is answered; without it, on this machine's loopback only.",
        hosts,
    ),
    Key(
        "TWINGE_API_RATE",
        "api_rate",
        "600",
        "a number from 0 to 1000000",
        "Calls of the API that one key may make in a minute, in each process; 0: as many as it likes.",
        number(0, 1_000_000),
    ),
    Key(
        "TWINGE_API_FAILURES",
        "api_failures",
        "30",
        "a number from 0 to 1000000",
        "Wrong keys that one address may send in a minute, to each process; 0: as many as it likes.",
        number(0, 1_000_000),
    ),
    Key(
        "TWINGE_STOP_GRACE_S",
        "stop_grace_s",
        "20",
        "a number from 1 to 300",
        "Seconds that work in flight gets to finish when the process is asked to stop.",
        number(1, 300),
    ),
    Key(
        "TWINGE_LOG_LEVEL",
        "log_level",
        "info",
        "one of debug, info, warning, error",
        "How much is logged; never a body, token, phone number or text.",
        one_of("debug", "info", "warning", "error"),
    ),
    Key(
        "TWINGE_LOG_FORMAT",
        "log_format",
        "text",
        "text or json",
        "How a line of the log is written: `key=value` words, or one JSON object.",
        one_of("text", "json"),
    ),
)
