"""A Twilio for tests and benches that misbehaves as told: it takes messages, lists them, and calls back, signed.

    async with FakeTwilio(plan=seeded(7), reach=(PUBLIC_URL, str(server.make_url("")))) as fake:
        account = Account(SID, (AUTH_TOKEN,), sender="+15005550006", api_base=fake.base)
        …                       # send by the channel
        await fake.call_back()  # play the callbacks that have come due
        problems(fake, database)

`fake.took` is its log, by our ids: what it really has, whatever it answered.
"""

from __future__ import annotations

from fake_twilio.api import PATH, FakeTwilio, Taken
from fake_twilio.calls import Called, Word, sign
from fake_twilio.faults import AFTER, BEFORE, Fault, Plan, Script, always, happily, roughly, seeded
from fake_twilio.ledger import problems, watch
from fake_twilio.names import AUTH_TOKEN, SID

__all__ = [
    "AFTER",
    "AUTH_TOKEN",
    "BEFORE",
    "PATH",
    "SID",
    "Called",
    "FakeTwilio",
    "Fault",
    "Plan",
    "Script",
    "Taken",
    "Word",
    "always",
    "happily",
    "problems",
    "roughly",
    "seeded",
    "sign",
    "watch",
]
