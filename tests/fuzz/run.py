"""Fuzzes one target, guided by coverage, and says what became of the inputs; what it finds it keeps beside the seeds.

    python tests/fuzz/run.py TARGET [--minutes N]

The targets stand in `targets.py`. Wants atheris: `uv sync --group fuzz` (`make fuzz` does that). No network is used.
Inputs that opened new ground stay in build/fuzz/<target>; one that was a find belongs into tests/corpus/<target>.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]


def main() -> None:
    """Until the time is over, or something was found."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    words.add_argument("target")
    words.add_argument("--minutes", type=float, default=5)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    try:
        import atheris  # noqa: PLC0415 - not everybody has it
    except ImportError:
        sys.exit("atheris is missing: `uv sync --group fuzz` installs it (Linux, or macOS with LLVM).")
    plugins = [path.stem for path in (ROOT / "plugins").iterdir() if path.stem.startswith("twinge_")]
    with atheris.instrument_imports(include=["twinge", "fitdecode", *plugins]):
        from fuzz.targets import TARGETS, corpus  # noqa: PLC0415 - it must be instrumented
    if given.target not in TARGETS:
        sys.exit(f"There is no target {given.target}: choose one of {', '.join(TARGETS)}.")
    ground = ROOT / "build/fuzz" / given.target
    ground.mkdir(parents=True, exist_ok=True)
    run = Run(TARGETS[given.target], given.minutes * 60)
    options = [f"-seed={given.seed}", "-max_len=65536", f"-artifact_prefix={ground}/find-", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, str(ground), str(corpus(given.target)[0].parent)], run)
    atheris.Fuzz()


class Run:
    """Counts what becomes of the inputs, and ends the process when the time is over: libFuzzer never returns."""

    def __init__(self, target: Any, seconds: float) -> None:
        self.target, self.ends, self.slowest = target, Counter[str](), 0.0
        self.end = time.monotonic() + seconds

    def __call__(self, body: bytes) -> None:
        """One input."""
        began = time.monotonic()
        self.ends[self.target(body)] += 1
        now = time.monotonic()
        self.slowest = max(self.slowest, now - began)
        if now > self.end:
            told = ", ".join(f"{count:,} {word}" for word, count in self.ends.most_common())
            print(f"{self.ends.total():,} inputs: {told}; the slowest {self.slowest * 1000:.0f} ms", flush=True)
            os._exit(0)


if __name__ == "__main__":
    main()
