"""`/connect/{platform}`: from a link of ours to the vendor's consent page and back, as small pages for the athlete.

Two functions are for others: `invite` makes a link's token in a transaction, `link_of` the URL for it.
"""

from twinge.web.connect import back, door
from twinge.web.connect.door import invite, link_of
from twinge.web.connect.queries import Called, Invited
from twinge.web.connect.sheet import sealed
from twinge.web.route import HTML, Route, Sends

__all__ = ["ROUTES", "invite", "link_of"]

GROUP = "Connecting"
FORM = {
    "application/x-www-form-urlencoded": {
        "type": "object",
        "properties": {"ticket": {"type": "string"}},
        "required": ["ticket"],
    }
}

ROUTES = (
    Route(
        "GET",
        "/connect/{platform}",
        sealed(door.knock),
        GROUP,
        "The page of a link, for the athlete; looking uses nothing up. Errors here are pages too.",
        Sends(media=HTML),
        query=Invited,
        head=False,
    ),
    Route(
        "POST",
        "/connect/{platform}",
        sealed(door.leave),
        GROUP,
        "Its button: on to the vendor's consent page.",
        Sends(status=303, media=HTML),
        takes=FORM,
    ),
    Route(
        "GET",
        "/connect/{platform}/callback",
        sealed(back.come_back),
        GROUP,
        "Where the vendor sends the browser back.",
        Sends(media=HTML),
        query=Called,
        head=False,
    ),
)
