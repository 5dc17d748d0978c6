"""An operator at the desk for the tests: signs in with a key, fills in forms as a browser would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import ClientResponse

from conftest import Web
from visitor import Forms, Visitor


class Operator(Visitor):
    """One browser at `/admin`."""

    async def call(self, method: str, path: str, **more: Any) -> ClientResponse:
        """One request; the client's own jar, which all browsers of a test would share, stays empty."""
        answer = await super().call(method, path, **more)
        self.web.client.session.cookie_jar.clear()
        return answer

    async def fill(
        self, page: str, ending: str, fields: Mapping[str, str] | None = None, *, follow: bool = True
    ) -> ClientResponse:
        """Fill in the form of a page whose address ends so, send it, and go where it leads."""
        action, hidden = Forms(await self.get(page)).of(ending)
        answer = await self.post(action, {**hidden, **(fields or {})})
        if follow and answer.status == 303:
            return await self.call("GET", answer.headers["Location"])
        return answer


async def sign_in(web: Web, key: str | None = None) -> Operator:
    """A browser with a visit, with the admin's key unless another is given."""
    operator = Operator(web)
    answer = await operator.post("/admin/enter", {"key": web.admin if key is None else key})
    assert answer.status == 303, await answer.text()
    assert operator.cookie
    return operator
