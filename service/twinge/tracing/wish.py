"""Whether traces are wanted, by OpenTelemetry's own settings."""

from __future__ import annotations

from collections.abc import Mapping

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""Where a collector listens, for all signals; `…_TRACES_ENDPOINT` is for traces alone."""
ENDPOINTS = (ENDPOINT, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
OFF = "OTEL_SDK_DISABLED"
NONE = "OTEL_TRACES_EXPORTER"


def wants_traces(env: Mapping[str, str]) -> bool:
    """An endpoint is set, and neither is the SDK disabled nor the exporter of traces `none`; empty is not set."""
    off = env.get(OFF, "").strip().lower() == "true" or env.get(NONE, "").strip().lower() == "none"
    return not off and any(env.get(name, "").strip() for name in ENDPOINTS)
