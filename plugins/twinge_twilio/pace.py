"""How fast Twilio takes messages, and how many of them a day may cost money: the settings of the channel's `Pace`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from twinge.plugin import Pace

RATES: Mapping[str, float] = {"long code": 1, "toll-free": 3, "alphanumeric": 10, "short code": 100, "service": 10}
"""Segments a second that each kind of sender takes on; what comes faster waits in a queue of up to ten hours.

Long and short code: https://www.twilio.com/docs/api/errors/21611. Toll-free, and 10 for whatever goes outside of +1:
https://support.twilio.com/hc/en-us/articles/4411046744987. Alphanumeric:
https://support.twilio.com/hc/en-us/articles/360057082693. A service has several senders, and only Twilio knows which:
the figure is that of one good one. A registered US campaign may have 75: then the setting says so.
"""
AT_ONCE, DAILY_PER_NUMBER, DAILY = 20, 20, 1_000
"""Twilio names no figure for calls at once; too many are answered with 429. The other two are ours."""
MOST = 1_000_000

Want = Callable[[bool, str, str], None]


def kind_of(sender: str, service: str) -> str:
    """Which row of `RATES` a sender is. A service that is set chooses among its own, unless FROM pins one."""
    if service and not sender:
        return "service"
    if not sender.startswith("+"):
        return "short code" if sender.isdigit() else "alphanumeric"
    import phonenumbers  # noqa: PLC0415 - see `twinge_twilio.numbers`

    try:
        number = phonenumbers.parse(sender, None)
    except phonenumbers.NumberParseException:
        return "long code"
    free = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE
    return "toll-free" if free else "long code"


def read_pace(env: Mapping[str, str], kind: str, want: Want) -> Pace:
    """The five settings over their defaults; `want` refuses what is no number."""
    return Pace(
        at_once=_count(env.get("AT_ONCE", ""), AT_ONCE, "AT_ONCE", want),
        per_s=_rate(env.get("PER_SECOND", ""), RATES[kind], want),
        per_address_day=_count(env.get("DAILY_PER_NUMBER", ""), DAILY_PER_NUMBER, "DAILY_PER_NUMBER", want),
        per_day=_count(env.get("DAILY", ""), DAILY, "DAILY", want),
        per_hour=_count(env.get("HOURLY", ""), MOST, "HOURLY", want) if env.get("HOURLY") else None,
    )


def _count(text: str, default: int, name: str, want: Want) -> int:
    fits = text == "" or (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= MOST)
    want(fits, name, f"a whole number from 1 to {MOST}")
    return int(text or default)


def _rate(text: str, default: float, want: Want) -> float:
    try:
        rate = float(text or default)
    except ValueError:
        rate = 0.0
    want(0.01 <= rate <= 1_000, "PER_SECOND", "a number of messages from 0.01 to 1000")
    return rate
