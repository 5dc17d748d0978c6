"""`twinge completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

WHERE = {
    "bash": "twinge completion bash > ~/.local/share/bash-completion/completions/twinge",
    "zsh": 'twinge completion zsh > "${fpath[1]}/_twinge"',
    "fish": "twinge completion fish > ~/.config/fish/completions/twinge.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(WHERE)))
def completion(shell: str) -> None:
    """Print what your shell needs to complete commands and options with the Tab key.

    \b
    eval "$(twinge completion bash)"            # for this shell
    twinge completion bash > ~/.local/share/bash-completion/completions/twinge
    twinge completion zsh > "${fpath[1]}/_twinge"
    twinge completion fish > ~/.config/fish/completions/twinge.fish
    """
    found, whole = get_completion_class(shell), click.get_current_context().find_root().command
    if found is None:  # pragma: no cover - click knows all three
        raise click.UsageError(f"{shell} is not known to this version of click")
    click.echo(found(whole, {}, "twinge", "_TWINGE_COMPLETE").source())
    click.echo(f"To keep it: {WHERE[shell]}", err=True)
