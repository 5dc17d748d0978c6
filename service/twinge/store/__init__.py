"""The only door to the database, and the only SQL."""

from twinge.store.addresses import Address, Consent
from twinge.store.athletes import Connection
from twinge.store.claims import Waiting
from twinge.store.door import Store
from twinge.store.engine import TROUBLE, Unusable
from twinge.store.history import Kept
from twinge.store.page import Filter, Page
from twinge.store.spoken import Spoken, Taken

__all__ = [
    "TROUBLE",
    "Address",
    "Connection",
    "Consent",
    "Filter",
    "Kept",
    "Page",
    "Spoken",
    "Store",
    "Taken",
    "Unusable",
    "Waiting",
]
