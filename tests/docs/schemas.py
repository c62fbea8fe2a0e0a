"""JSON schemas as tables: one row a field. Both protocol pages are made of these.

Not responsible for the pages around the tables (`protocols.py`).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
HEAD = "| field | type | meaning and bounds |\n|---|---|---|\n"
_BOUNDS = ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "format")
_LONGEST_PATTERN = 60


def cell(text: str) -> str:
    """Return text that may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def resolve(schema: Schema, whole: Schema) -> Schema:
    """Follow `$ref` within `whole`, `#/a/b/c`."""
    while "$ref" in schema:
        found: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def type_of(schema: Schema, whole: Schema) -> str:
    """Return the type in a few words."""
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = resolve(schema, whole)
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return " ".join(f"`{each}`" for each in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(type_of(each, whole) for each in schema[several]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}), whole)}"
    return (
        f"{name} ({kind})" if name and kind == "object" else str(kind if isinstance(kind, str) else " or ".join(kind))
    )


def bounds_of(schema: Schema, whole: Schema) -> str:
    """Return what holds beyond the type."""
    schema = resolve(schema, whole)
    told = [f"{bound} {schema[bound]}" for bound in _BOUNDS if bound in schema]
    if len(schema.get("pattern", "")) in range(1, _LONGEST_PATTERN):
        told.append(f"`{schema['pattern']}`")
    return ", ".join(told)


def rows(schema: Schema, whole: Schema, under: str = "") -> list[str]:
    """Return the rows of an object's fields, those of objects within it below it."""
    schema = resolve(schema, whole)
    found = []
    for part in schema.get("allOf", ()):
        found += rows(part, whole, under)
    for name, field in schema.get("properties", {}).items():
        inner = resolve(field, whole)
        must = "" if name in schema.get("required", ()) else " (may be left out)"
        meaning = ". ".join(filter(None, (inner.get("description", ""), bounds_of(field, whole)))) + must
        found.append(f"| `{under}{name}` | {cell(type_of(field, whole))} | {cell(meaning)} |")
        if inner.get("type") == "object" and "$ref" not in field:
            found += rows(inner, whole, f"{under}{name}.")
        elif inner.get("type") == "array":
            items = inner.get("items", {})
            found += rows(items, whole, f"{under}{name}[].") if "$ref" not in items else []
    return found


def table(schema: Schema, whole: Schema) -> str:
    """Return the table of an object, or the type of what is none."""
    found = rows(schema, whole)
    return HEAD + "\n".join(found) + "\n" if found else f"{type_of(schema, whole)}\n"
