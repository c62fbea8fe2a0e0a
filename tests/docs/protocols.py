"""The protocol pages that are made while the site is built: OpenAPI of the centre, AsyncAPI of the kiosks.

The descriptions are the code's own (`python -m hub openapi`) and `docs/reference/asyncapi.yaml`, which other tests hold
against what is really said. Not responsible for the prose beside them (`hub-protocol.md`, `mqtt.md`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.docs.schemas import Schema, cell, resolve, rows, table, type_of

ASYNCAPI = Path(__file__).parents[2] / "docs/reference/asyncapi.yaml"
METHODS = ("get", "post", "put", "delete", "patch")


def openapi_page(described: Schema) -> str:
    """Return the page of an OpenAPI 3.1 description."""
    parts = [
        "# The centre's HTTP interface (OpenAPI)\n",
        (
            f"{described['info'].get('description', '')} Made from the code while this site is built; "
            "the same as JSON: `python -m hub openapi`. Rules and reasons: [hub protocol](hub-protocol.md).\n"
        ),
        "| method and path | who | what |\n|---|---|---|",
    ]
    operations = [
        (method.upper(), path, operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    for method, path, operation in operations:
        who = ", ".join(operation.get("tags", ()))
        parts.append(f"| `{method} {path}` | {who} | {cell(operation.get('summary', ''))} |")
    for method, path, operation in operations:
        parts += ["", *_operation(method, path, operation, described)]
    parts.append("\n## Records\n")
    for name, schema in sorted(described["components"]["schemas"].items()):
        parts += [f"### {name}\n", cell(schema.get("description", "")) + "\n", table(schema, described)]
    return "\n".join(parts) + "\n"


def _operation(method: str, path: str, operation: Schema, whole: Schema) -> list[str]:
    said = [f"## {method} {path}\n", cell(operation.get("description", operation.get("summary", ""))) + "\n"]
    asked = [resolve(each, whole) for each in operation.get("parameters", ())]
    if asked:
        said.append("| parameter | in | type |\n|---|---|---|")
        said += [f"| `{each['name']}` | {each['in']} | {cell(type_of(each['schema'], whole))} |" for each in asked]
        said.append("")
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        said += [f"Body, `{kind}`: {type_of(body.get('schema', {}), whole)}\n", _fields(body, whole)]
    said.append("| answer | body | when |\n|---|---|---|")
    for status, answer in operation["responses"].items():
        found = resolve(answer, whole)
        bodies = ", ".join(
            f"`{kind}` {type_of(body.get('schema', {}), whole)}" for kind, body in found.get("content", {}).items()
        )
        said.append(f"| {status} | {cell(bodies)} | {cell(found.get('description', ''))} |")
    return said


def _fields(body: Schema, whole: Schema) -> str:
    return table(body["schema"], whole) if rows(body.get("schema", {}), whole) else ""


def asyncapi_page(described: Schema) -> str:
    """Return the page of an AsyncAPI 3 description."""
    sends = _directions(described)
    parts = [
        "# Topics and payloads (AsyncAPI)\n",
        f"{described['info']['description']} Made from [asyncapi.yaml](asyncapi.yaml) while this site is built.\n",
        "| topic | kiosk | retained | payload |\n|---|---|---|---|",
    ]
    for name, channel in described["channels"].items():
        action, retained = sends.get(name, ("", False))
        messages = ", ".join(f"[{each}](#{each})" for each in channel["messages"])
        parts.append(f"| `{channel['address']}` | {action}s | {'yes' if retained else 'no'} | {messages} |")
    parts.append("\n## Payloads\n")
    for name, message in described["components"]["messages"].items():
        kind = message.get("contentType", described["defaultContentType"])
        said = cell(message.get("summary", message.get("description", "")))
        parts += [f"### {name}\n", f"`{kind}`. {said}\n", table(message["payload"], described)]
    return "\n".join(parts) + "\n"


def _directions(described: Schema) -> dict[str, tuple[str, bool]]:
    """Return what the kiosk does at each channel, and whether the broker keeps it."""
    found: dict[str, tuple[str, bool]] = {}
    for operation in described["operations"].values():
        channel = operation["channel"]["$ref"].rpartition("/")[2]
        found[channel] = (operation["action"], bool(operation["bindings"]["mqtt"].get("retain")))
    return found


def read_asyncapi() -> dict[str, Any]:
    """Return the description with its YAML anchors followed."""
    return yaml.safe_load(ASYNCAPI.read_text(encoding="utf-8"))
