"""A connection's life: joined with the athlete's consent, its past brought, watched, ended, and forgotten."""

from twinge.connections.begin import Begun, begin
from twinge.connections.join import Joined, join, title_of
from twinge.connections.rounds import Rounds, vendor_days

__all__ = ["Begun", "Joined", "Rounds", "begin", "join", "title_of", "vendor_days"]
