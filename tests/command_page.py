"""Writes docs/cli.md from the commands themselves; test_docs holds the two together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from twinge.cli import twinge

PAGE = Path(__file__).parent.parent / "docs/cli.md"
INTRODUCTION = """# The command line

<!-- python tests/command_page.py writes this page -->

`twinge COMMAND --help` says the same. Exit codes: 0 fine, 1 trouble (one line on stderr says what to do), 2 wrong
usage. With `--format json` a command prints one JSON value on stdout and nothing else. `twinge completion
bash|zsh|fish` teaches your shell to complete. Settings come from the environment: [settings](settings.md).
"""


def commands(command: click.Command, path: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Every command with the words that lead to it, and its help; groups before what is in them."""
    # With the command's own settings, as in earnest: click keeps the first help option that it makes of a command.
    name, settings = path.rpartition(" ")[2], command.context_settings
    context = click.Context(command, info_name=name, parent=parent, terminal_width=100, **settings)
    yield path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from commands(command.commands[name], f"{path} {name}", context)


def written() -> str:
    """The whole page."""
    parts = [f"## {path}\n\n```text\n{text}\n```\n" for path, text in commands(twinge, "twinge")]
    return "\n".join([INTRODUCTION, *parts])


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
