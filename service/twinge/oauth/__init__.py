"""Connect an athlete and keep the access token fresh: OAuth 2 for every platform; endpoints are the plugin's data."""

from twinge.oauth.grant import GrantRefused, authorize_link, code_challenge, exchange, refresh, revoke, unticked
from twinge.oauth.keeper import Call, Connection, Connections, HoldsConnections, TokenKeeper
from twinge.plugin import Tokens

__all__ = [
    "Call",
    "Connection",
    "Connections",
    "GrantRefused",
    "HoldsConnections",
    "TokenKeeper",
    "Tokens",
    "authorize_link",
    "code_challenge",
    "exchange",
    "refresh",
    "revoke",
    "unticked",
]
