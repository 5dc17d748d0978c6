"""The key file: `secret.key` in the data folder, with the keys that stored values are sealed with."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from twinge.config import Settings
from twinge.plugin import TwingeError


def secret_of(settings: Settings) -> bytes:
    """The keys that values are sealed with: the setting, or a file in the data folder that is made once.

    There may be several, with spaces or lines between them: the first seals, all of them open.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / "secret.key"
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        return path.read_bytes().strip()
    except OSError as error:
        message = f"{path} cannot be made or read ({error.strerror}): set TWINGE_DATA_DIR or TWINGE_SECRET_KEY."
        raise TwingeError(message) from None


def _make_secret(path: Path) -> None:
    """Written aside and linked into place, so that two processes that start at once agree on one key."""
    draft = _draft(path, new_secret() + "\n")
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def add_secret(path: Path) -> None:
    """A new first line in the key file, whole or not at all; the keys that were there stay behind it."""
    older = path.read_text()
    _draft(path, f"{new_secret()}\n{older}").replace(path)


def new_secret() -> str:
    """256 random bits, in base64url."""
    return secrets.token_urlsafe(32)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
