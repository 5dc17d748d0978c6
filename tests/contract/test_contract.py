"""schemathesis reads the document and calls a served process in every way it can think of: it must find nothing."""

from __future__ import annotations

from pathlib import Path

from contract.served import explore, served


async def test_the_document_holds_in_every_phase(tmp_path: Path) -> None:
    async with served(tmp_path) as (url, key):
        status, told = await explore(url, key, tmp_path, ["--seed", "20260504", "--max-examples", "4"])
    assert status == 0, told[-8000:]
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in told, told[-3000:]
