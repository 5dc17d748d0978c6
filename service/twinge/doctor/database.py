"""The database: its schema, whether it keeps what it was given, whether our secret opens it, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from twinge.doctor.scene import Scene, State, Verdict, fail, ok, warn
from twinge.store.soundness import promises, server_time, unopened

LATE = {
    "deliveries": timedelta(minutes=5),
    "messages that are due": timedelta(minutes=10),
    "messages in doubt": timedelta(hours=1),
    "timers that are due": timedelta(hours=1),
    "goodbyes that vendors have not heard": timedelta(days=1),
}
"""From which age on a queue stands still. What waits for its time, or for a vendor's limit, is not late."""
SKEW_S = 2.0
LOSES = {
    "fsync": (
        "a power cut may damage the whole database and lose deliveries that were answered 2xx",
        "ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf(); and then `sync` on the server's machine.",
    ),
    "synchronous_commit": (
        "a crash of the server or a power cut may lose deliveries that were answered 2xx, and send a message again",
        "ALTER ROLE … IN DATABASE … SET synchronous_commit = on, which outranks all others; then restart Twinge.",
    ),
    "full_page_writes": (
        "a power cut in the middle of a write may damage the database, deliveries that were answered 2xx with it",
        "ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf(). Where no page tears (ZFS) it may stay off.",
    ),
}
"""What may happen where a setting of PostgreSQL is off, and what to do."""


def schema(scene: Scene) -> list[Verdict]:
    """The revision that this version needs."""
    if scene.schema is None:
        return ok("schema", "up to date")
    if (file := scene.database_file) and not file.exists():
        return warn("schema", f"{file} is not there yet", "`twinge serve` or `twinge db upgrade` makes it.")
    return fail("schema", scene.schema, "`twinge db upgrade` brings it up to date; make a backup first.")


async def durability(scene: Scene) -> list[Verdict]:
    """What the database server says that it has kept is on its disk."""
    if scene.store is None:
        return []
    found = await promises(scene.store)
    return kept(found) if found else []


def kept(found: Mapping[str, str]) -> list[Verdict]:
    """What these settings promise; of `synchronous_commit` only `off` does not wait for the server's own disk."""
    off = [(name, *LOSES[name]) for name, value in found.items() if value == "off"]
    told = [Verdict("durability", State.WARN, f"{name} is off: {loss}", advice) for name, loss, advice in off]
    return told or ok("durability", "the server writes to its disk before it answers")


async def tokens(scene: Scene) -> list[Verdict]:
    """The secret is the one that vendors' tokens were sealed with."""
    if scene.store is None:
        return []
    if scene.secret is None:
        advice = "`twinge serve` makes secret.key; after a restore, put the old one back first."
        return warn("tokens", "there is no secret yet: neither TWINGE_SECRET_KEY nor secret.key", advice)
    wrong, of = await unopened(scene.store)
    if wrong:
        advice = "Put back the TWINGE_SECRET_KEY or secret.key of then, or let these athletes connect again."
        return fail("tokens", f"{wrong} of {of} connections have tokens that do not open", advice)
    return ok("tokens", f"those of {of} connections open")


async def keys(scene: Scene) -> list[Verdict]:
    """Every key that values lie under is here, and none that was only needed for a change."""
    if scene.store is None or scene.secret is None:
        return []
    if missing := await scene.store.rotation.missing():
        advice = "Put it into TWINGE_SECRET_KEY or secret.key, behind the one that is there; docs/security.md."
        return fail("keys", f"the database is sealed under {', '.join(missing)}, which is not here", advice)
    ids = scene.store.seal.ids
    if len(ids) > 1:
        advice = "`twinge keys rotate` says whether it may go."
        return warn("keys", f"{ids[0]} seals, and {', '.join(ids[1:])} is still here", advice)
    return ok("keys", f"{ids[0]} seals")


async def queues(scene: Scene) -> list[Verdict]:
    """Nothing that is due waits long."""
    if scene.store is None:
        return []
    found = []
    for one in await scene.store.survey.queues(scene.now):
        bound = LATE.get(one.name)
        if bound is None or one.oldest is None or scene.now - one.oldest <= bound:
            continue
        what = f"{one.depth} {one.name}, the oldest since {one.oldest:%F %H:%M}Z"
        grave = scene.now - one.oldest > 12 * bound
        advice = "Is a process with every role running (TWINGE_ROLES)? Its log says what it waits for."
        found.append(Verdict("queues", State.FAIL if grave else State.WARN, what, advice))
    return found or ok("queues", "nothing is late")


async def set_aside(scene: Scene) -> list[Verdict]:
    """Deliveries that could not be used, or are for nobody we know."""
    if scene.store is None:
        return []
    counts = await scene.store.survey.aside()
    dead, stray = counts.get("dead", 0), counts.get("stray", 0)
    if not dead and not stray:
        return ok("set_aside", "no delivery")
    state = "dead" if dead else "stray"
    advice = f"`twinge deliveries list --state {state}` says why."
    return warn("set_aside", f"{dead} dead and {stray} stray deliveries", advice)


async def outages(scene: Scene) -> list[Verdict]:
    """No channel is left alone."""
    if scene.store is None:
        return []
    down = [one for one in await scene.store.outages.all() if one.channel in scene.plugins.channels]
    lines = [f"{one.channel} is down since {one.since:%F %H:%M}Z: {one.reason}" for one in down]
    return [
        Verdict("outages", State.WARN, line, "Its vendor, its settings, or the way there.") for line in lines
    ] or ok("outages", "every channel is up")


async def vendors(scene: Scene) -> list[Verdict]:
    """What was last noted of the platforms."""
    if scene.store is None:
        return []
    found = []
    for name, one in (await scene.store.vendors.all()).items():
        if name in scene.plugins.platforms and one.is_paused(scene.now) and one.paused_until:
            what = f"{name} keeps us waiting until {one.paused_until:%F %H:%M}Z: {one.pause_reason}"
            found.append(
                Verdict("vendors", State.WARN, what, "It goes on by itself; ask the vendor for a higher limit.")
            )
    return found or ok("vendors", "none keeps us waiting")


async def clock(scene: Scene) -> list[Verdict]:
    """The database server and this machine agree on the time."""
    if scene.store is None:
        return []
    told = await server_time(scene.store)
    return [] if told is None else skew("clock", "the database server", (told - scene.now).total_seconds(), SKEW_S)


def skew(name: str, who: str, seconds: float, bound: float) -> list[Verdict]:
    """How far two clocks are from each other."""
    what = f"{who} is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} this machine"
    if abs(seconds) > bound:
        return fail(name, what, "Let NTP set both clocks (chrony, systemd-timesyncd).")
    return ok(name, f"{who} tells the same time")
