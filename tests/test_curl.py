"""Every example of docs/api.md is run, in order, in one shell, against a served process."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from conftest import TOKEN, run
from pages import FENCE, page
from twinge.app import running
from twinge.config import Settings
from twinge.registry import Plugins
from twinge.testing import FixedClock

PRELUDE = """set -euo pipefail
curl() {
  case "$1" in
    -sN) command curl --fail-with-body --max-time 2 "$@" || test $? -eq 28 ;;
    *) command curl --fail-with-body --max-time 20 "$@" ;;
  esac
}
twinge() { "$PYTHON" -m twinge "$@"; }
python3() { "$PYTHON" "$@"; }
"""
"""A refusal ends the run; a stream has no end and is left. The commands are those of this installation."""


def examples() -> list[str]:
    return [code for word, code in FENCE.findall(page("api")) if word == "sh"]


def filled(code: str) -> str:
    """What an example takes into a variable must be something: an empty header or path would prove nothing."""
    return "".join(f'test -n "${name}"\n' for name in re.findall(r"^([A-Z]+)=", code, re.MULTILINE))


async def send_a_stray(url: str) -> None:
    """A delivery for nobody we know, to be looked at and replayed."""
    async with aiohttp.ClientSession() as http, http.post(f"{url}/hooks/generic/{TOKEN}", json=run()) as response:
        assert response.status == 200


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are calls of curl")
async def test_the_examples_of_the_guide_work(
    settings: Settings, plugins: Plugins, clock: FixedClock, tmp_path: Path
) -> None:
    async with running(replace(settings, public_url=""), plugins, clock=clock, roles=["web"]) as service:
        await send_a_stray(service.url)
        await service.worker.drain()
        steps = [f"echo '--- example {n}' >&2\n{code}{filled(code)}" for n, code in enumerate(examples(), 1)]
        script = PRELUDE + "\n".join(steps).replace("http://127.0.0.1:8700", service.url)
        env = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "TWINGE_DATA_DIR": str(settings.data_dir)}
        env["TWINGE_SECRET_KEY"] = settings.secret_key
        shell = await asyncio.create_subprocess_exec(
            "bash", "-c", script, cwd=tmp_path, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await shell.communicate()
        assert shell.returncode == 0, f"{err.decode()[-2000:]}\n{out.decode()[-2000:]}"
    assert len(steps) >= 7
    assert out.count(b'"error"') == 0
