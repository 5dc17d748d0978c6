"""Every table of the house, as SQLAlchemy Core values.

Instants are BIGINT epoch milliseconds named `…_ms`. Every table that belongs to an athlete has `athlete_id` in its
primary key or in a leading index, so that one primary can be split by athlete later.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only for a key whose type is exactly INTEGER.
Serial = BigInteger().with_variant(Integer(), "sqlite")

# Compared by its characters and nothing else, so that "begins with" is a range: as SQLite compares every text.
Plain = Text().with_variant(Text(collation="C"), "postgresql")

# SQLite uses a partial index only where the query's own condition is one side of it, so these are ORs and not INs.
WAITING = text("state = 'waiting'")
SET_ASIDE = text("state = 'dead' OR state = 'stray'")
LOST = text("state <> 'connected'")
AGAIN = text("again_ms IS NOT NULL")
IN_HAND = text("taken_by IS NOT NULL")
PUT_OFF = text("state = 'waiting' AND not_before_ms > 0")
UNDER_WAY = text("state = 'taken' OR state = 'unknown'")

inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),  # sealed msgpack: method, path, query, headers, url
    Column("body", LargeBinary, nullable=False),  # sealed; empty once it was deleted
    Column("received_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # waiting · done · stray · dead
    Column("attempts", Integer, nullable=False),
    Column("delays", Integer, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("settled_ms", BigInteger),
    Column("taken_by", BigInteger),  # by the version before 0014, in place of `hand`; goes with the next
    UniqueConstraint("platform", "key"),
    Index("ix_inbox_waiting", "id", "not_before_ms", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("ix_inbox_lane", "lane", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("ix_inbox_aside", "state", "received_ms", "id", sqlite_where=SET_ASIDE, postgresql_where=SET_ASIDE),
    Index("ix_inbox_received_ms", "received_ms", "id"),
    Index("ix_inbox_lane_received_ms", "lane", "received_ms", "id"),
    Index("ix_inbox_taken_by", "taken_by", sqlite_where=IN_HAND, postgresql_where=IN_HAND),
    Index("ix_inbox_put_off", "lane", "not_before_ms", sqlite_where=PUT_OFF, postgresql_where=PUT_OFF),
)

# Deliveries in hand. On PostgreSQL it is unlogged: empty after a crash of the server and after a failover.
hand = Table(
    "hand",
    metadata,
    Column("delivery_id", Serial, primary_key=True, autoincrement=False),
    Column("lane", Text, nullable=False),
    Column("seat", BigInteger, nullable=False),  # of the process that has it
)

athlete = Table(
    "athlete",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("profile", Text, nullable=False),  # JSON of core.model.Athlete
    Column("sought", Plain, nullable=False, server_default=""),  # the name as it is looked for
    Index("ix_athlete_sought", "sought", "id"),
)

connection = Table(
    "connection",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("athlete_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("state", Text, nullable=False),  # connected · revoked · expired
    Column("scope", Text, nullable=False),
    Column("access_token", LargeBinary),  # sealed
    Column("refresh_token", LargeBinary),  # sealed
    Column("expires_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger),  # up to when the reconcile has asked the vendor, with an answer
    Column("asked_ms", BigInteger),  # when the athlete was asked to connect again, or need not be
    Column("ended_ms", BigInteger),  # when it was seen to be revoked
    Column("forgotten_ms", BigInteger),  # when what had come from there was deleted
    UniqueConstraint("platform", "external_id"),
    Index("ix_connection_athlete_id", "athlete_id", "platform"),
    Index("ix_connection_lost", "state", "id", sqlite_where=LOST, postgresql_where=LOST),
    Index("ix_connection_platform_id", "platform", "id"),
)

address = Table(
    "address",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("athlete_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),  # sealed
    Column("consent_ms", BigInteger),
    Column("consent_how", Text, nullable=False),
    Column("disabled_reason", Text),
    Column("stopped_ms", BigInteger),
    Column("stopped_by", BigInteger),  # the address that STOP came from
    Column("verified_ms", BigInteger),
    Column("purposes", Text, nullable=False, server_default="[]"),
    Column("rank", Integer, nullable=False, server_default="0"),
    Column("blind", LargeBinary),  # keyed hash of the address, to find it by
    UniqueConstraint("athlete_id", "channel", "blind"),
    Index("ix_address_channel_blind", "channel", "blind"),
)

consent = Table(
    "consent",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("athlete_id", Text, nullable=False),
    Column("address_id", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("what", Text, nullable=False),  # given · withdrawn · stop · start
    Column("purposes", Text, nullable=False),
    Column("by", Text, nullable=False),  # athlete · operator
    Column("how", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_consent_athlete_id_id", "athlete_id", "id"),
)

verification = Table(
    "verification",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("athlete_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address_hash", LargeBinary, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ended_ms", BigInteger),
    Index("ix_verification_channel_address_hash_made_ms", "channel", "address_hash", "made_ms"),
)

outage = Table(
    "outage",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)

spent = Table(
    "spent",
    metadata,
    Column("channel", Text, nullable=False),
    Column("day", Text, nullable=False),  # of UTC
    Column("messages", Integer, nullable=False),
    Column("segments", Integer, nullable=False),
    PrimaryKeyConstraint("channel", "day"),
)

activity = Table(
    "activity",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("sport", Text, nullable=False),
    Column("running", Boolean(create_constraint=False), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("removed", Boolean(create_constraint=False), nullable=False),
    Column("elapsed_s", Integer),
    Column("moving_s", Integer),
    Column("distance_m", Integer),
    Column("climb_m", Integer),
    Column("avg_hr", Integer),
    Column("blob", LargeBinary),  # msgpack of core.model.Activity; null for a tombstone
    Column("same_as", Text),  # key of the richer record of the same workout, which is the one that counts
    PrimaryKeyConstraint("key", "athlete_id"),  # the key first: a batch asks for many keys of many athletes
    Index("ix_activity_athlete_id_start_ms", "athlete_id", "start_ms"),
)

state = Table(
    "state",
    metadata,
    Column("athlete_id", Text, primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("blob", LargeBinary, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
)

finding = Table(
    "finding",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("activity", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("band", Integer, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),
    PrimaryKeyConstraint("athlete_id", "activity", "rule", "band"),
    Index("ix_finding_athlete_id_at_ms", "athlete_id", "at_ms"),
)

nudge = Table(
    "nudge",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("rules", Text, nullable=False),
    Column("bands", Text, nullable=False),
    Column("text", Text, nullable=False),  # sealed
    Column("facts", Text, nullable=False),
    Column("activity", Text),
    Column("address_id", BigInteger),
    Column("channel", Text, nullable=False),
    Column("voice", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("taken_ms", BigInteger),
    Column("look_ms", BigInteger),  # when an unknown one is looked up
    Column("sent_ms", BigInteger),
    Column("answered_ms", BigInteger),
    Column("provider_id", Text),
    Column("reason", Text),
    Column("copy_of", Text),  # the id of the same words to another address, or said once more
    Column("again_ms", BigInteger),  # when it is looked at again, for another channel or a second time
    Column("segments", Integer),
    Column("taken_by", BigInteger),  # the seat of the process that sends it; always null on SQLite
    PrimaryKeyConstraint("athlete_id", "id"),
    Index("ix_nudge_id", "id"),
    Index("ix_nudge_athlete_id_not_before_ms", "athlete_id", "not_before_ms"),
    Index("ix_nudge_athlete_id_made_ms", "athlete_id", "made_ms", "id"),
    Index("ix_nudge_address_id_sent_ms", "address_id", "sent_ms"),
    Index(
        "ix_nudge_waiting",
        "channel",
        "not_before_ms",
        "made_ms",
        "id",
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    ),
    Index("ix_nudge_again", "again_ms", sqlite_where=AGAIN, postgresql_where=AGAIN),
    Index(
        "ix_nudge_open",
        "state",
        "athlete_id",
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    ),
)

held = Table(
    "held",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("activity", Text),
    Column("facts", Text, nullable=False),
    PrimaryKeyConstraint("athlete_id", "id"),
)

wellness = Table(
    "wellness",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("blob", LargeBinary, nullable=False),  # sealed msgpack
    PrimaryKeyConstraint("athlete_id", "key"),
    Index("ix_wellness_athlete_id_day", "athlete_id", "day"),
)

report = Table(
    "report",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("blob", LargeBinary, nullable=False),  # sealed msgpack
    PrimaryKeyConstraint("athlete_id", "key"),
    Index("ix_report_athlete_id_at_ms", "athlete_id", "at_ms"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("revoked_ms", BigInteger),
    Column("expires_ms", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_at_ms", "at_ms", "id"),
    Index("ix_audit_actor", "actor", "at_ms", "id"),
    Index("ix_audit_action", "action", "at_ms", "id"),
)

occurrence = Table(
    "occurrence",
    metadata,
    Column("name", Text, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("name", "due_ms"),
)

wake = Table(
    "wake",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("athlete_id", "what"),
    Index("ix_wake_due_ms", "due_ms"),
)

link = Table(
    "link",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("athlete_id", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Index("ix_link_athlete_id_made_ms", "athlete_id", "made_ms"),
)

visit = Table(
    "visit",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("athlete_id", Text, nullable=False, index=True),
    Column("began_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("athlete_id", Text, nullable=False, index=True),
    Column("platform", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

handshake = Table(
    "handshake",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # of the state that the vendor brings back
    Column("athlete_id", Text, nullable=False, index=True),
    Column("platform", Text, nullable=False),
    Column("browser", LargeBinary, nullable=False),  # hash of the browser's cookie
    Column("ticket", LargeBinary, nullable=False),  # hash of the link that it began with
    Column("verifier", LargeBinary),  # sealed
    Column("expires_ms", BigInteger, nullable=False),
)

backfill = Table(
    "backfill",
    metadata,
    Column("athlete_id", Text, nullable=False, index=True),
    Column("platform", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting · done · failed
    Column("since_ms", BigInteger, nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("page", Text),  # the vendor's name of the next page; null for the first
    Column("pages", Integer, nullable=False),
    Column("fetched", Integer, nullable=False),
    Column("tries", Integer, nullable=False),  # in a row that brought nothing
    Column("next_ms", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("platform", "external_id"),
)

farewell = Table(
    "farewell",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("athlete_id", Text, nullable=False, index=True),
    Column("platform", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("access_token", LargeBinary),  # sealed; only until the vendor was told
    Column("refresh_token", LargeBinary),  # sealed
    Column("expires_ms", BigInteger),
    Column("tries", Integer, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
)

vendor = Table(
    "vendor",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("paused_ms", BigInteger),  # until when nobody calls it
    Column("pause_reason", Text, nullable=False),
    Column("checked_ms", BigInteger),
    Column("trouble", Text),  # what is wrong with our subscription there
    Column("quiet", Integer, nullable=False, server_default="0"),  # connections that fell silent, as last counted
)

# ---- the operator's desk ---------------------------------------------------------------------------------------------

FAILED = text("state = 'failed'")

glance = Table(
    "glance",
    metadata,
    Column("athlete_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),  # the name without its capitals, to search and sort by
    Column("stage", Text, nullable=False, server_default=""),  # of the pain story that governs; "" where none is open
    Column("rank", Integer, nullable=False, server_default="0"),  # how grave that stage is; 0 for none
    Column("rest_ms", BigInteger, nullable=False, server_default="0"),  # newest finding that asked for rest
    Column("slow_ms", BigInteger, nullable=False, server_default="0"),  # newest finding that asked to slow down
    Column("last_ms", BigInteger, nullable=False, server_default="0"),  # start of the last workout; 0 for none
    Column("last_sport", Text, nullable=False, server_default=""),
    Column("last_platform", Text, nullable=False, server_default=""),
)

quiet = Table(
    "quiet",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("athlete_id", "platform"),
)

sitting = Table(
    "sitting",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

Index("ix_held_at_ms_reason", held.c.at_ms, held.c.reason)
Index("ix_nudge_failed", nudge.c.not_before_ms, sqlite_where=FAILED, postgresql_where=FAILED)
Index("ix_audit_object_id", audit.c.object, audit.c.id)
# Coaches, and the limits of the installation.

coaching = Table(
    "coaching",
    metadata,
    Column("athlete_id", Text, nullable=False),
    Column("key_id", Text, nullable=False),  # of a key with the scope `coach`
    PrimaryKeyConstraint("athlete_id", "key_id"),
    Index("ix_coaching_key_id", "key_id"),
)

house_limits = Table(
    "house_limits",
    metadata,
    Column("id", Serial, primary_key=True),  # the newest holds
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("limits", Text, nullable=False),  # JSON: {"l01.small": 115}, all of them
)

# ---- erasures --------------------------------------------------------------------------------------------------------

erasure = Table(
    "erasure",
    metadata,
    Column("mark", Text, primary_key=True),  # keyed hash of the athlete's id
    Column("athlete_id", Text, index=True),  # until it is done
    Column("trail", LargeBinary),  # sealed: what the rest is found by; until it is done
    Column("step", Text, nullable=False),  # raw · files · records · vendors · done
    Column("asked_by", Text, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("ready_ms", BigInteger, nullable=False),  # before it a send may still be under way
    Column("done_ms", BigInteger),
    Column("counts", Text, nullable=False),  # JSON: table → rows that were removed
    Column("vendors", Text, nullable=False),  # JSON: vendor → outcome → how often
)

errand = Table(
    "errand",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("athlete_id", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
    UniqueConstraint("channel", "provider_id"),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # keyed hash of an address that wrote STOP, and nothing else
)

departed = Table(
    "departed",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # keyed hash of whence deliveries may still come for nobody
    Column("until_ms", BigInteger, nullable=False, index=True),
)

# Calls that say that they may come twice.

repeat = Table(
    "repeat",
    metadata,
    Column("actor", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),  # MAC of the Idempotency-Key
    Column("mark", LargeBinary, nullable=False),  # MAC of method, path and body
    Column("begun_ms", BigInteger, nullable=False),
    Column("worked", Boolean(create_constraint=False), nullable=False),  # its effect is committed
    Column("answer", LargeBinary),  # sealed
    Column("athlete_id", Text, index=True),  # whom the answer is about
    Column("expires_ms", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("actor", "key"),
)

# The feed of what happened.

feed = Table(
    "feed",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("athlete_id", Text),  # null: about nobody we know
    Column("at_ms", BigInteger, nullable=False),
    Column("type", Text, nullable=False),  # nudge · episode · finding · activity · connection · delivery.dead
    Column("what", Text, nullable=False),
    Column("facts", Text, nullable=False),  # JSON
    Index("ix_feed_athlete_id_id", "athlete_id", "id"),
)

# What the sealing itself has to remember.

sealing = Table(
    "sealing",
    metadata,
    Column("name", Text, primary_key=True),  # whole · key:<id> · marks:<id>
    Column("value", LargeBinary),  # of marks: sealed, the old key that what is hashed for good was hashed under
)
