"""`/connect/{platform}`: from a link of ours to the vendor's consent page and back, as small pages for the athlete.

Two functions are for others: `invite` makes a link's token in a transaction, `link_of` the URL for it.
"""

from aiohttp import web

from twinge.web.connect import back, door
from twinge.web.connect.door import invite, link_of
from twinge.web.connect.sheet import sealed

__all__ = ["ROUTES", "invite", "link_of"]

ROUTES = [
    web.get("/connect/{platform}", sealed(door.knock), allow_head=False),
    web.post("/connect/{platform}", sealed(door.leave)),
    web.get("/connect/{platform}/callback", sealed(back.come_back), allow_head=False),
]
