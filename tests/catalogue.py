"""Writes the table of rules into docs/rules.md from the catalogue the code uses; test_docs holds the two together."""

from __future__ import annotations

from pathlib import Path

from twinge.core.rules import CATALOGUE

PAGE = Path(__file__).parent.parent / "docs/rules.md"
BEGIN = "<!-- catalogue:begin (python tests/catalogue.py writes this table) -->\n"
END = "<!-- catalogue:end -->"


def table() -> str:
    """The catalogue as a Markdown table."""
    rows = ["| id | name | watches for | says | evidence | strength |", "|---|---|---|---|---|---|"]
    for rule in CATALOGUE:
        says = ", ".join(word.replace("_", " ") for word in rule.severities) or "–"
        rows.append(f"| {rule.id} | {rule.name} | {rule.says} | {says} | {rule.evidence} | {rule.strength} |")
    return "\n".join(rows) + "\n"


def written(page: str) -> str:
    """The page with a fresh table."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
