"""A process that serves, and schemathesis against it: for the test, and for the longer run in tests/bench."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

HERE = Path(__file__).parent
TWINGE = (sys.executable, "-m", "twinge")
TOKEN = "a-long-enough-token-for-the-url"
"""Of the generic platform, so that one hook is open."""


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """`twinge serve` over an empty database in `folder`, without quotas: its URL, and a key that may do all."""
    env = {**os.environ, "TWINGE_DATA_DIR": str(folder), "TWINGE_PORT": "0", "TWINGE_GENERIC_TOKEN": TOKEN}
    env |= {"TWINGE_API_RATE": "0", "TWINGE_API_FAILURES": "0", "TWINGE_ROLES": "web,worker"}
    env["TWINGE_REQUEST_DEADLINE_S"] = "60"  # on a busy machine the first chart of a page takes long
    _, made = await _run([*TWINGE, "keys", "create", "--scope", "admin"], folder, env)
    process = await asyncio.create_subprocess_exec(
        *TWINGE, "serve", cwd=folder, env=env, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    assert process.stderr is not None
    lines: list[bytes] = []
    while b"hop=start" not in (line := await process.stderr.readline()):
        assert line, f"it did not start: {lines}"
        lines.append(line)
    rest = asyncio.create_task(process.stderr.read())
    try:
        yield line.decode().partition("url=")[2].split()[0], made.split()[-1]
    finally:
        process.terminate()
        await process.wait()
        await rest
    assert process.returncode == 0
    assert b"request failed" not in rest.result(), rest.result().decode()


async def explore(url: str, key: str, folder: Path, more: Sequence[str]) -> tuple[int, str]:
    """One run of schemathesis: its status, and what it said."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "--no-color"]
    command += ["run", f"{url}/openapi.json", "--url", url, "--header", f"Authorization: Bearer {key}", *more]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"), "PYTHONWARNINGS": "ignore"}
    env["TWINGE_OWN_KEY"] = key.split("_")[1]
    return await _run(command, folder, env)


async def _run(command: Sequence[str], folder: Path, env: dict[str, str]) -> tuple[int, str]:
    pipe, one = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=env, stdout=pipe, stderr=one)
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()
