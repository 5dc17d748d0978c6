"""15. What Twinge is built from is locked by hash, looked through, and run by nobody's root.

Licences, the wheel that is the same twice, and the list of parts: tests/test_supply.py.
"""

from __future__ import annotations

import re
import tomllib

from pages import ROOT


def test_no_part_comes_without_a_hash_or_from_anywhere_else() -> None:
    parts = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    ours = [one for one in parts if one["name"] == "twinge"]
    others = [one for one in parts if one["name"] != "twinge"]
    assert len(ours) == 1
    assert len(others) > 50
    for one in others:
        files = [*one.get("wheels", []), *([one["sdist"]] if "sdist" in one else [])]
        assert files, one["name"]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]) for file in files), one["name"]
        assert set(one["source"]) == {"registry"}, one["name"]


def test_what_is_installed_is_what_is_locked() -> None:
    """By every way that is shown: never a resolution of its own."""
    for name in ("Makefile", "deploy/Dockerfile"):
        text = (ROOT / name).read_text()
        for command in re.findall(r"uv (?:sync|run)\b[^\n&|]*", text):
            assert "--frozen" in command, (name, command)
    assert "RUN := $(UV) run --frozen" in (ROOT / "Makefile").read_text()


def test_weaknesses_and_parts_are_one_command_away() -> None:
    make = (ROOT / "Makefile").read_text()
    assert re.search(r"^audit:.*\n\t@\$\(UV\) audit --frozen", make, re.MULTILINE)
    assert re.search(r"^sbom:.*\n\t.*--format cyclonedx", make, re.MULTILINE)


def test_the_image_and_the_unit_run_without_rights() -> None:
    image = (ROOT / "deploy/Dockerfile").read_text()
    assert re.findall(r"^USER (\d+)$", image, re.MULTILINE)[-1] != "0"
    assert image.rindex("USER ") < image.index("ENTRYPOINT")
