"""Docs that cannot go stale: whatever the code has, its page names, and whatever a page names, the code has."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

import catalogue
from pages import DOCS, ENV_EXAMPLE, FENCE, PAGES, ROOT, missing, page, plugin_settings
from twinge import event, ways
from twinge.config import Settings
from twinge.config.table import KEYS
from twinge.core.model import FAMILY, GENTLE, RUNNING, Preferences, family
from twinge.core.pack import STANDARD
from twinge.core.policy import GATES
from twinge.core.rules import CATALOGUE
from twinge.core.sport import _SAME, OTHER
from twinge.keep import KINDS
from twinge.plugin import Capabilities
from twinge.registry import load_plugins
from twinge.sender import gates
from twinge.store.receipts import FORWARD
from twinge.web import ROUTES
from twinge.web.api import deliveries, shapes
from twinge.web.metrics import Metrics


def strings(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


# --- rules ------------------------------------------------------------------------------------------------------------


def test_the_table_of_rules_is_the_catalogue() -> None:
    assert page("rules") == catalogue.written(page("rules")), "run: python tests/catalogue.py"
    assert not missing((f"| {rule.id} | {rule.name} |" for rule in CATALOGUE), page("rules"))


NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def in_words(number: int) -> str:
    return {14: "fourteen", 20: "twenty"}.get(number) or NUMBERS[number]


def limits() -> Iterator[tuple[str, str]]:
    """(rule, a phrase of its row in which every number is worked out from the pack)."""
    p, wishes = STANDARD, Preferences()
    assert wishes.quiet_from is not None
    assert wishes.quiet_to is not None
    yield "L01", f"more than {p.l01.small - 100}% longer than the longest run of the {p.l01.window_d} days before"
    yield "L02", f"more than {p.l02.slow / 100:g} times the greatest load of its family in {p.l02.window_d} days"
    yield "L07", f"More than {p.l07.week_m // 1000} km in the first {in_words(p.l07.window_d)} days"
    yield "R02", f"{in_words(p.r02.slow).capitalize()} days in a row with training"
    yield "R02", f"fewer than {in_words(p.r02.least_rest)} rest days in {in_words(p.r02.span_d)}"
    yield "R06", f"after {in_words(p.r06.gap_d)} or more days without running"
    yield "M01", f"At most {in_words(p.policy.daily)} message a day, {in_words(p.policy.weekly_sms)} a week by SMS"
    yield "M01", f"{in_words(p.policy.weekly_push)} by push"
    yield "M03", f"silent for {in_words(p.policy.repeat_d)} days unless its band rises"
    yield "M03", f"twice as long after {in_words(p.policy.ignored_double)} ignored messages"
    yield "M04", f"From {wishes.delay_min} minutes after the workout, between {wishes.quiet_to:%H:%M}"
    yield "M04", f"and {wishes.quiet_from:%H:%M} local time; dropped when a day old"


@pytest.mark.parametrize(("rule", "phrase"), list(limits()))
def test_the_rows_state_the_limits_of_the_pack(rule: str, phrase: str) -> None:
    [row] = [line for line in page("rules").splitlines() if line.startswith(f"| {rule} |")]
    assert phrase in row


def prose() -> Iterator[str]:
    """The same for the chapters below the table."""
    p = STANDARD
    l01, l02, r01, r02, r06 = p.l01, p.l02, p.effort, p.r02, p.r06
    yield f"more than {l01.small - 100}% is small, more than {l01.moderate - 100}%"
    yield f"moderate, more than {l01.large - 100}% large"
    yield f"at least {l01.floor_m // 1000} km more, and at least {l01.least_m // 1000} km"
    yield f"In the first {p.gates.cold_start_d} days the longest run you"
    yield f"more than {l02.slow / 100:g} times the greatest load of the family in {l02.window_d} days"
    yield f"from {l02.least_load // 100} points up and with at least {in_words(l02.least_sessions)} sessions"
    yield f"{p.l07.week_m_heavy // 1000} km above a BMI of {p.l07.heavy_bmi}"
    yield f"After a moderate session {r01.after_moderate_h} hours, a hard one {r01.after_hard_h}"
    yield f"an all-out or long one {r01.after_long_h}"
    yield f"hard by effort ({in_words(r01.hard_rpe) if r01.hard_rpe > 10 else r01.hard_rpe} and more)"
    yield f"by {r01.hr_minutes} minutes above {r01.hr_percent}% of the maximal heart"
    yield f"(or {r01.hr_high_minutes} above {r01.hr_high_percent}%)"
    yield f"({r01.hard_intensity}% of threshold for {r01.intensity_minutes} minutes)"
    yield f"highest {100 - r01.percentile}% of {r01.window_d} days"
    yield f"Told on the {r02.slow}th day in a row, on the {r02.rest}th"
    yield f"at most {r02.rest_load // 100}"
    yield f"up to {r02.gentle_s // 60} minutes"
    yield f"After {r06.gap_d} to {r06.middle_d - 1} days without a run"
    yield f"after {r06.middle_d} to {r06.long_d - 1}"
    yield f"after {r06.long_d} to {r06.restart_d - 1} days"
    yield f"{r06.first_share}% of the longest before"
    yield f"faster than {p.gates.run_mm_s / 1000:g} m/s"
    yield f"with less than {p.gates.merge_gap_s // 60} minutes between them"
    yield f"share {p.gates.twin_overlap}% of their time"
    yield f"more than {p.policy.fresh_h} hours ago"


def test_the_chapters_state_the_limits_of_the_pack() -> None:
    text = " ".join(page("rules").split())
    assert missing(prose(), text) == []


# --- settings ---------------------------------------------------------------------------------------------------------


def key_rows() -> list[str]:
    return [f"| `{k.name}` | {f'`{k.default}`' if k.default else '–'} | {k.wants} | {k.doc} |" for k in KEYS]


def test_every_setting_is_on_its_page_with_its_default() -> None:
    assert missing(key_rows(), page("settings")) == []


def test_every_setting_of_a_plugin_is_on_the_page_and_in_the_example() -> None:
    wanted = plugin_settings()
    assert {"TWINGE_STRAVA_HOOK_TOKEN", "TWINGE_TWILIO_VALIDITY_S", "TWINGE_GENERIC_SECRET"} <= wanted
    assert missing((f"| `{name}` |" for name in sorted(wanted)), page("settings")) == []
    assert missing((f"{name}=" for name in sorted(wanted)), ENV_EXAMPLE.read_text()) == []
    assert missing((f"{key.name}=" for key in KEYS), ENV_EXAMPLE.read_text()) == []


@pytest.mark.parametrize(
    "path",
    [*PAGES, *sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file())],
    ids=lambda path: path.name,
)
def test_no_page_names_a_setting_that_nobody_reads(path: Path) -> None:
    known = {key.name for key in KEYS} | plugin_settings()
    named = set(re.findall(r"\bTWINGE_[A-Z][A-Z_]*[A-Z]\b", path.read_text()))
    invented = {name for name in named if name.startswith("TWINGE_ACME")}
    assert {name.removesuffix("_FILE") for name in named - invented} - known == set()


def test_the_example_as_it_is_and_with_its_defaults_can_be_started_with() -> None:
    lines = [line.lstrip("#") for line in ENV_EXAMPLE.read_text().splitlines() if re.match(r"#?TWINGE_", line)]
    env = dict(line.split("=", 1) for line in lines)
    assert Settings.from_env(env).public_url == "https://twinge.example.org"
    for key in KEYS:
        if key.default and key.name != "TWINGE_DATA_DIR":
            assert env[key.name] == key.default


# --- privacy ----------------------------------------------------------------------------------------------------------


def test_every_kind_that_is_kept_is_on_the_page_with_its_days_and_no_other() -> None:
    rows = [
        f"| `{kind.name}` | {kind.what} | {f'{kind.days} days' if kind.days else 'as long as the athlete is here'} "
        f"| {kind.least} | {'yes' if kind.by_source else 'no'} |"
        for kind in KINDS
    ]
    table = page("privacy").split("## How long")[1].split("## ")[0]
    assert [line for line in table.splitlines() if line.startswith("| `")] == rows


# --- plugins and the generic event ------------------------------------------------------------------------------------


def ours(group: str) -> set[str]:
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][f"twinge.{group}"])


def cells(line: str) -> list[str]:
    return [*line.split("|"), "", "", "", "", ""]


def platform_row(name: str, can: Capabilities) -> str:
    days = "–" if can.retention_days is None else f"{can.retention_days} days"
    does = [can.signed, can.points, can.deletes, can.polls, can.batch]
    words = ["yes" if each else "no" for each in does] + [days, "yes" if can.coach_may_see else "no"]
    return f"| `{name}` | {' | '.join(words)} |"


def test_every_platform_and_channel_is_in_the_table_with_what_it_can() -> None:
    able = {(line.kind, line.name): line.capabilities for line in load_plugins({}).status}
    rows = [platform_row(name, Capabilities(**able["platform", name])) for name in ours("platforms")]
    rows += [f"| `{name}` | {able['channel', name]['voice']} |" for name in ours("channels")]
    assert missing(rows, page("adapters")) == []
    assert missing((f"### {name}\n" for name in ours("platforms") | ours("channels")), page("settings")) == []


def test_every_platform_has_its_row_of_terms_as_its_adapter_declares_them() -> None:
    able = {line.name: Capabilities(**line.capabilities) for line in load_plugins({}).status if line.kind == "platform"}
    rows = {row[1].strip(): [cell.strip() for cell in row[2:5]] for row in map(cells, page("platforms").splitlines())}
    for name in ours("platforms"):
        days, after, coach = rows[f"`{name}`"]
        can = able[name]
        assert days == f"{can.retention_days or 30} days", name
        assert after.startswith("stays" if can.forget_h is None else "everything it brought"), name
        assert coach.startswith("yes" if can.coach_may_see else "no"), name


def test_every_vendor_has_a_page_that_the_guide_leads_to() -> None:
    pages = {path.stem: f"](platforms/{path.name})" for path in (DOCS / "platforms").glob("*.md")}
    pages["strava"] = "](strava.md)"
    assert ours("platforms") - {"demo", "files", "generic"} == set(pages)
    assert missing(pages.values(), page("adapters")) == missing(pages.values(), page("index")) == []


def test_the_proxy_of_the_guide_lets_through_what_platforms_may_send() -> None:
    caps = {
        name: Capabilities(**line.capabilities).body_cap_kb
        for line in load_plugins({}).status
        if (name := line.name) and line.kind == "platform" and name in ours("platforms")
    }
    large = {name: cap for name, cap in caps.items() if cap}
    found = re.search(
        r"location ~ \^/hooks/\(([a-z|]+)\)\(/\|\$\) {\n +client_max_body_size (\d+)m;", page("operations")
    )
    assert found is not None
    assert found[1].split("|") == sorted(large)
    assert int(found[2]) * 1024 >= max(large.values())


def sport_rows() -> list[str]:
    words = {*_SAME, *FAMILY, *RUNNING, *GENTLE, OTHER}
    return [
        f"| `{word}` | {family(word)} | {', '.join(_SAME.get(word, '').split()) or '–'} |"
        for word in sorted(words, key=lambda word: (family(word), word))
    ]


def test_every_word_for_a_sport_is_in_the_table() -> None:
    assert missing(sport_rows(), page("adapters")) == []


@pytest.mark.parametrize("kind", [event.Workout, event.Samples, event.Morning, event.Complaint, event.ActivityEvent])
def test_every_field_of_the_generic_event_is_described(kind: type[msgspec.Struct]) -> None:
    names = (f"`{name}`" for name in kind.__struct_fields__)
    assert missing([*names, *(f"`{word}`" for word in event.TYPES)], page("adapters")) == []


def test_every_part_of_a_plugin_is_explained() -> None:
    from twinge import plugin  # noqa: PLC0415 - only here are its names data

    parts = {name for kind in (plugin.PlatformAdapter, plugin.Channel) for name in vars(kind) if name.islower()}
    calls = {f"`{name}`" for name in parts if not name.startswith("_")} - {"`name`", "`oauth`"}
    items = {f"| `{each.__name__}` |" for each in plugin.Item.__args__}
    ends = {f"| `{end}" for end in ("Sent", "TryLater", "GiveUp", "Unknown")}
    assert (
        missing(sorted(calls | items | ends | {f"*{f.name}*" for f in fields(Capabilities)[:5]}), page("adapters"))
        == []
    )


def test_the_stage_in_the_guide_for_channels_plays(capsys: pytest.CaptureFixture[str]) -> None:
    [play] = [code for word, code in FENCE.findall(page("adapters")) if word == "python" and "check_stage" in code]
    exec(compile(play, "docs/adapters.md", "exec"), {})
    assert "'busy': 'as asked'" in capsys.readouterr().out


def test_both_ways_to_sign_in_the_guide_make_what_we_accept(tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415 - only here

    secret = "whsec_" + "c2VjcmV0LW9mLXRoZS10ZXN0cy0zMi1ieXRlcy1sb25n"
    [code] = [code for word, code in FENCE.findall(page("adapters")) if word == "sh" and "GENERIC_SECRET" in code]
    shown = code.replace("curl -s", "printf '%s\\n'")
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "TWINGE_GENERIC_SECRET": secret}
    told = subprocess.run(["bash", "-c", shown], env=env, check=True, capture_output=True, text=True, cwd=tmp_path)
    lines = told.stdout.splitlines()
    headers = dict(line.split(": ", 1) for line in lines if line.startswith("webhook-"))
    body = lines[lines.index("-d") + 1].encode()
    from twinge.plugin import Delivery  # noqa: PLC0415 - only here
    from twinge_generic import Generic  # noqa: PLC0415 - only here

    now = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    Generic([secret]).verify(Delivery("generic", "POST", "", {}, headers, body, now), now)


# --- the API ----------------------------------------------------------------------------------------------------------


def routes() -> set[str]:
    """Method and path of each, with its parameters by their names alone."""
    whole = ((route.method, re.sub(r"{tail:.*}", "…", route.path)) for route in ROUTES)
    return {f"{method} " + re.sub(r"{(\w+):[^}]*}", r"{\1}", path) for method, path in whole}


def test_every_route_is_on_the_page_and_no_other() -> None:
    named = set(re.findall(r"`((?:GET|POST|PATCH|PUT|DELETE) /[^`?]*)`", page("api")))
    assert named == routes()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_names_a_route_that_is_not_there(path: Path) -> None:
    known = [re.compile(re.sub(r"{\w+}", "[^/]+", route).replace("…", ".*") + "$") for route in routes()]
    for named in re.findall(r"\b((?:GET|POST|PATCH|PUT|DELETE) /\S*?)[`?\s]", path.read_text()):
        assert any(route.match(named) for route in known), f"{path.name}: {named}"


def test_every_field_that_the_api_takes_is_described() -> None:
    names = {*shapes.NewAthlete.__struct_fields__, *shapes.Wishes.__struct_fields__}
    assert missing(sorted(f"`{name}`" for name in names), page("api")) == []
    pairs = (shapes.NewChannel, shapes.NewConnection)
    assert missing(['{"' + '", "'.join(kind.__struct_fields__) + '"}' for kind in pairs], page("api")) == []


def test_every_error_code_is_described() -> None:
    codes = set()
    for path in (ROOT / "service/twinge/web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="Problem"), args=[_, ast.Constant(value=str(code)), *_]):
                    codes.add(code)
    assert {"invalid", "no_key", "too_large", "fault"} <= codes
    assert missing(sorted(f"`{code}`" for code in codes), page("api")) == []


def test_every_state_of_a_delivery_and_of_a_message_is_described() -> None:
    nudges = {*FORWARD, "void", "expired"}
    assert missing(sorted(f"`{state}`" for state in nudges | set(deliveries.STATES)), page("api")) == []
    assert missing(sorted(f"`{state}`" for state in nudges), page("messages")) == []


# --- messages, metrics ------------------------------------------------------------------------------------------------


def held_reasons() -> set[str]:
    """What the policy and the sender's last look give as a reason, as their source says it."""
    found = {*GATES, *gates.GATES, *ways.SAID_FIRST, "channel_down"}
    for name in ("core/policy.py", "core/relay.py", "ways.py"):
        for node in ast.walk(ast.parse((ROOT / "service/twinge" / name).read_text())):
            if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "str | None":
                for each in ast.walk(node):
                    if isinstance(each, ast.Return) and each.value:
                        found |= {word for word in strings(each.value) if re.fullmatch(r"[a-z_]+", word)}
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "_held":
                found |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    return found


def test_every_reason_for_silence_is_on_the_page_and_no_other() -> None:
    table = page("messages").split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == held_reasons()
    assert {"backfill", "grouped", "over_budget", "stopped"} <= held_reasons()


def test_every_metric_is_on_the_page_and_no_other() -> None:
    kept = Metrics().registry.collect()
    names = {family.name + ("_total" if family.type == "counter" else "") for family in kept}
    assert set(re.findall(r"^\| `(twinge_\w+)` \|", page("operations"), re.MULTILINE)) == names
