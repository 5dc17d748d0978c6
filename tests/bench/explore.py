"""The longer run of schemathesis over the whole document: `python tests/bench/explore.py [--seed 1] [--examples 200]`.

Ends with the status of the run. Whatever it finds comes with a line of curl and the seed.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from contract.served import explore, served


async def main(seed: str, examples: str) -> int:
    """One run over an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        more = ["--seed", seed, "--max-examples", examples, "--phases", "examples,coverage,fuzzing,stateful"]
        async with served(Path(folder)) as (url, key):
            status, told = await explore(url, key, Path(folder), more)
    print(told)
    return status


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", default=str(secrets.randbelow(10**6)))
    asked.add_argument("--examples", default="200")
    args = asked.parse_args()
    sys.exit(asyncio.run(main(args.seed, args.examples)))
