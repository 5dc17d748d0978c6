"""An invented account."""

from __future__ import annotations

SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "invented-auth-token"
