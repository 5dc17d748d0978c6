"""`/api/docs`: the document as a page that needs no script and loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from aiohttp import hdrs, web
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from twinge.web.document import DOCUMENT
from twinge.web.route import HTML
from twinge.web.tags import tagged_bytes

METHODS: Final = ("get", "post", "put", "patch", "delete")
LONGEST: Final = 40
"""A longer pattern tells nobody anything."""
SECTION: Final = re.compile(r"\W+")


async def page(request: web.Request) -> web.Response:
    """`GET /api/docs`."""
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_style_hash()}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        hdrs.CACHE_CONTROL: "no-cache",
    }
    document = request.app[DOCUMENT]
    document.page = document.page or write(document.value).encode()
    return tagged_bytes(request, document.page, HTML, headers=headers)


def write(document: dict[str, Any]) -> str:
    """The page for a document as `document.Document.value` gives it."""
    server = document["servers"][0]["url"].rstrip("/") or "http://127.0.0.1:8700"
    sections = [
        {
            "name": tag["name"],
            "anchor": SECTION.sub("-", tag["name"].lower()),
            "calls": [_call(document, server, *one) for one in _operations(document) if tag["name"] in one[2]["tags"]],
        }
        for tag in document["tags"]
    ]
    shapes = [
        {"name": name, "about": shape.get("description", ""), "fields": list(_fields(shape))}
        for name, shape in sorted(document["components"]["schemas"].items())
    ]
    return _template().render(info=document["info"], sections=sections, shapes=shapes, style=_style())


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


def _call(document: dict[str, Any], server: str, method: str, path: str, one: dict[str, Any]) -> dict[str, Any]:
    scopes = [scope for rule in one["security"] for scope in rule.get("key", [])]
    body = one.get("requestBody", {}).get("content", {})
    answers = [{"status": status, **_answer(document, told)} for status, told in sorted(one["responses"].items())]
    return {
        "anchor": one["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": one["summary"],
        "scope": " or ".join(scopes),
        "parameters": [_parameter(each) for each in one["parameters"]],
        "bodies": [{"media": media, "type": _type(told["schema"])} for media, told in body.items()],
        "answers": answers,
        "curl": _curl(server, method.upper(), path, one, bool(scopes)),
    }


def _answer(document: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    if ref := told.get("$ref"):
        told = document["components"]["responses"][ref.rpartition("/")[2]]
    content = next(iter(told.get("content", {}).items()), None)
    media, shape = ("", {}) if content is None else (content[0], content[1])
    example = json.dumps(shape["example"], indent=2, ensure_ascii=False) if "example" in shape else ""
    return {"about": told["description"], "media": media, "type": _type(shape.get("schema", {})), "example": example}


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    about = one.get("description") or one["schema"].get("description", "")
    return {
        "name": one["name"],
        "where": one["in"],
        "needed": one.get("required", False),
        "type": _type(one["schema"]),
        "about": about,
    }


def _fields(shape: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, each in shape.get("properties", {}).items():
        needed = name in shape.get("required", [])
        yield {"name": name, "needed": needed, "type": _type(each), "about": _about(each)}


def _about(shape: dict[str, Any]) -> str:
    found = [shape, *shape.get("anyOf", [])]
    return next((one["description"] for one in found if "description" in one), "")


def _type(shape: dict[str, Any]) -> list[dict[str, str]]:
    """A schema in words: texts, and names of shapes that the page has an anchor for."""
    match shape:
        case {"$ref": str(ref)}:
            name = ref.rpartition("/")[2]
            return [{"text": name, "to": f"shape-{name}"}]
        case {"anyOf": [*ways]}:
            return [word for n, one in enumerate(ways) for word in (_text(" or ") * (n > 0) + _type(one))]
        case {"enum": [*words]}:
            return _text(" · ".join(json.dumps(word, ensure_ascii=False) for word in words))
        case {"type": "array", "items": dict(each)}:
            return _text("list of ") + _type(each)
        case {"additionalProperties": dict(each)}:
            return _text("by name: ") + _type(each)
    return _text(" ".join([str(shape.get("type", "anything")), *_bounds(shape)]))


def _text(words: str) -> list[dict[str, str]]:
    return [{"text": words, "to": ""}]


def _bounds(shape: dict[str, Any]) -> Iterator[str]:
    if "format" in shape:
        yield f"({shape['format']})"
    for low, high, unit in (("minimum", "maximum", ""), ("minLength", "maxLength", " characters")):
        if low in shape and high in shape:
            yield f"{shape[low]} to {shape[high]}{unit}"
        elif low in shape:
            yield f"from {shape[low]}{unit}"
        elif high in shape:
            yield f"up to {shape[high]}{unit}"
    if len(shape.get("pattern", "")) in range(1, LONGEST):
        yield shape["pattern"]


def _curl(server: str, method: str, path: str, one: dict[str, Any], key: bool) -> str:
    """The call on a command line, its parameters as variables of the shell."""
    url = server + re.sub(r"{(\w+)}", lambda name: f"${name[1].upper()}", path)
    needed = [f"{each['name']}=…" for each in one["parameters"] if each["in"] == "query" and each.get("required")]
    lines = [f'curl -s "{url}{"?" + "&".join(needed) if needed else ""}"']
    if key:
        lines.append('-H "Authorization: Bearer $KEY"')
    content = one.get("requestBody", {}).get("content", {})
    example = content.get("application/json", {}).get("example")
    if example is not None:
        text = json.dumps(example, ensure_ascii=False, indent=2).replace("'", "'\\''")
        lines.append(f"-H 'Content-Type: application/json' -d '{text}'")
    if "application/octet-stream" in content:
        lines.append("--data-binary @run.fit")
    if method != ("POST" if len(lines) > 2 else "GET"):
        lines[0] = lines[0].replace("curl -s", f"curl -s -X {method}", 1)
    return " \\\n  ".join(lines)


def _spelled(text: str) -> Markup:
    """Text with what stands between backticks as code; everything is escaped."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(one) if n % 2 else one for n, one in enumerate(parts))


@cache
def _template() -> Template:
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["spelled"] = _spelled
    return made.from_string(files("twinge.web").joinpath("reference.html").read_text("utf-8"))


@cache
def _style() -> str:
    return files("twinge.web").joinpath("reference.css").read_text("utf-8")


@cache
def _style_hash() -> str:
    return base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
