"""The log on stderr: one event, one line, as words or as JSON."""

from __future__ import annotations

import copy
import json
import logging
import sys
import time
from typing import Any


class Line(logging.Formatter):
    """One event, one line, in UTC. Of an exception only its class and place: its words may hold a body or a token."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """The line, with whatever could break or colour it made visible."""
        if record.exc_text:  # another handler has kept the exception's words in the record
            record = copy.copy(record)
            record.exc_text = None
        text = super().format(record).replace("\n", " ")
        return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """`ValueError at read:12 < step:40`, innermost first."""
        kind, _, trace = ei
        places = []
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}")
            trace = trace.tb_next
        return f"error={kind.__name__} at={'<'.join(reversed(places))}"


class Object(Line):
    """The same as one JSON object a line. `hop=sender nudge=x` in the words become members beside them."""

    KEYS = frozenset(
        ("hop", "delivery", "nudge", "platform", "channel", "outcome", "jobs", "rows", "role", "kind", "field", "code")
    )
    """The members that may be; whatever else stands in the words stays there."""

    def format(self, record: logging.LogRecord) -> str:
        """`{"at": …, "level": …, "room": …, "words": …, "hop": …}`."""
        words = super().format(record)
        pairs = (pair.partition("=") for pair in words.split(" ") if "=" in pair)
        found = {name: value for name, _, value in pairs if name in self.KEYS}
        at = self.formatTime(record)
        return json.dumps({"at": at, "level": record.levelname.lower(), "room": record.name, "words": words, **found})


def log_to_stderr(level: str, form: str = "text") -> None:
    """Everything to stderr, one line an event; libraries only from WARNING on, because they print URLs below it."""
    screen = logging.StreamHandler(sys.stderr)
    plain = Line("%(asctime)s level=%(levelname)s room=%(name)s %(message)s")
    screen.setFormatter(Object("%(message)s") if form == "json" else plain)
    logging.basicConfig(level=logging.WARNING, handlers=[screen])
    logging.getLogger("twinge").setLevel(level.upper())
