"""What Twinge is built from: parts pinned by hash, licences we may pass on, a wheel that is the same twice."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import pytest

from pages import ROOT

UV = os.environ.get("UV") or shutil.which("uv") or ROOT / ".tools/bin/uv"
"""`uv run` names itself; else the one that `make` set up."""
FREE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|0BSD|CC0", re.IGNORECASE)
"""Licences that leave whoever runs Twinge free. MPL binds changes to its own files only."""
BINDING = re.compile(r"\bA?GPL|GNU (Affero )?General|SSPL|BUSL|Commons Clause|proprietary", re.IGNORECASE)


def lock() -> dict[str, Any]:
    return tomllib.loads((ROOT / "uv.lock").read_text())


def runtime() -> Iterator[str]:
    """Names of everything that `pip install twinge`, with any of its extras, brings along."""
    packages = {one["name"]: one for one in lock()["package"]}
    todo, seen = ["twinge"], set()
    while todo:
        one = packages[todo.pop()]
        if one["name"] in seen:
            continue
        seen.add(one["name"])
        extras = one.get("optional-dependencies", {}).values()
        todo += [wanted["name"] for group in (one.get("dependencies", []), *extras) for wanted in group]
    return iter(sorted(seen - {"twinge"}))


def test_every_part_is_pinned_by_hash() -> None:
    loose = [
        one["name"]
        for one in lock()["package"]
        if one["name"] != "twinge"
        and not all("hash" in file for file in [*one.get("wheels", []), *filter(None, [one.get("sdist")])])
    ]
    assert loose == []
    assert [one["name"] for one in lock()["package"] if "registry" not in one["source"]] == ["twinge"]


def is_here(name: str) -> bool:
    try:
        return bool(metadata(name))
    except PackageNotFoundError:
        return False


ELSEWHERE = {"curl-cffi", "garminconnect", "httpx2-jsfetch", "ua-generator"}
"""Parts for Python 3.12 or a browser, looked up by hand: MIT, MIT, BSD-3-Clause, Apache-2.0."""


def test_what_is_not_installed_here_was_looked_at() -> None:
    assert {name for name in runtime() if not is_here(name)} <= ELSEWHERE


@pytest.mark.parametrize("name", [name for name in runtime() if is_here(name)])
def test_its_licence_may_be_passed_on(name: str) -> None:
    told = metadata(name)
    words = " ".join([
        *(told.get_all("License-Expression") or []),
        *(line for line in told.get_all("Classifier") or [] if line.startswith("License")),
        *(line[:200] for line in told.get_all("License") or []),
    ])  # fmt: skip
    assert FREE.search(words), f"{name}: look at its licence ({words or 'none named'}) and decide"
    assert not BINDING.search(words) or " OR " in words, f"{name}: {words}"


def built(folder: Path) -> Path:
    subprocess.run(
        [UV, "build", "--quiet", "--wheel", "--out-dir", folder],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
        check=True,
        timeout=120,
    )
    [wheel] = folder.glob("*.whl")
    return wheel


def test_a_wheel_is_the_same_twice_and_holds_nothing_but_the_service(tmp_path: Path) -> None:
    first, second = built(tmp_path / "first"), built(tmp_path / "second")
    assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()
    roots = {name.partition("/")[0].partition("-")[0] for name in zipfile.ZipFile(first).namelist()}
    assert all(root.removesuffix(".py").startswith("twinge") for root in roots), roots


def test_a_list_of_parts_can_be_made() -> None:
    made = subprocess.run(
        [UV, "export", "--quiet", "--frozen", "--no-dev", "--all-extras", "--format", "cyclonedx1.5"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    parts = json.loads(made.stdout)
    assert parts["bomFormat"] == "CycloneDX"
    assert {one["name"] for one in parts["components"]} >= {"aiohttp", "sqlalchemy", "cryptography"}
