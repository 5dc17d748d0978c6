"""100,000 mutated bodies for each vendor that has samples: what became of them, and how long the slowest took.

python tests/bench/mutants.py [--count 100000] [--seed 1] [VENDOR …]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from mutants import try_out, vendors


def main() -> None:
    """Print a line for each vendor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vendor", nargs="*", default=vendors())
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for name in given.vendor:
        ends, longest = try_out(name, given.count, given.seed)
        said = ", ".join(f"{end} {number}" for end, number in sorted(ends.items()))
        print(f"{name}: {said}; slowest {longest * 1000:.1f} ms")


if __name__ == "__main__":
    main()
