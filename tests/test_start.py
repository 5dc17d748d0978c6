"""What a start loads: without a clock, the modules that a served process has at its first answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from twinge.config import Settings
from twinge.database import prepare

SCRIPT = """
import sys, threading, time, os, signal
from http.client import HTTPConnection

port = int(sys.argv[1])

def look():
    while True:
        time.sleep(0.02)
        try:
            line = HTTPConnection("127.0.0.1", port, timeout=30)
            line.request("GET", "/health/live")
            if line.getresponse().status == 200:
                break
        except OSError:
            pass
    print(*sorted(sys.modules), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=look, daemon=True).start()
sys.argv[1:] = ["serve", "--port", str(port)]
from twinge.cli import main
main()
"""
WITHOUT_WEB = """
import sys, logging, os, signal
from twinge.cli import main

class Look(logging.Filter):
    def filter(self, record):
        if "hop=start" in record.getMessage():
            print(*sorted(sys.modules), flush=True)
            os.kill(os.getpid(), signal.SIGTERM)
        return True

logging.getLogger("twinge.app").addFilter(Look())
sys.argv[1:] = ["serve", "--roles", "worker,sender"]
main()
"""

LATER = (
    "alembic",  # to migrate
    "mako",
    "pygments",
    "rich",  # to print on a screen
    "email_validator",  # for channels that are not set up
    "phonenumbers",
    "twilio",
    "pywebpush",
    "py_vapid",
    "apprise",
    "fitdecode",  # in a process of its own
    "dateutil",
    "altair",  # with the first picture
    "vl_convert",
    "watchfiles",  # for a watched folder
    "tenacity",  # after a failure
    "opentelemetry",  # where traces are wanted
    "asyncpg",  # the other database
)
WEB = ("twinge.web", "aiohttp.web", "jinja2", "prometheus_client", "apscheduler")


def loaded(folder: Path, script: str, *words: str) -> set[str]:
    """The modules of a served process whose database is up to date."""
    env = {**os.environ, "TWINGE_DATA_DIR": str(folder)}
    prepare(Settings.from_env(env))
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=env, check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.only("sqlite")
def test_a_served_process_has_loaded_what_it_needs_and_no_more(tmp_path: Path, unused_tcp_port: int) -> None:
    found = loaded(tmp_path, SCRIPT, str(unused_tcp_port))
    assert set(WEB) <= found
    assert [name for name in LATER if name in found] == []


@pytest.mark.only("sqlite")
def test_without_the_role_web_nothing_of_the_web_is_loaded(tmp_path: Path) -> None:
    found = loaded(tmp_path, WITHOUT_WEB)
    assert {"twinge.worker", "twinge.sender"} <= found
    assert [name for name in (*LATER, *WEB) if name in found] == []
