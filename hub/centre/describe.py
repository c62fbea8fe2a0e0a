"""Words for the OpenAPI description: which problems a request can have, and bodies that are not JSON.

Not responsible for behaviour. The description is printed by `python -m hub openapi`.
"""

from typing import Annotated, Any

from fastapi import Header

from hub.centre.wire import ProblemAnswer
from hub.web.problem import CATALOGUE, MEDIA_TYPE, Problem, document

ALWAYS = ("bad-request", "too-large", "request-timeout", "wrong-role", "internal")
POSTED = ("idempotency-conflict",)

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern="^[0-9a-f]{32}$",
        description="32 random hex digits; a retry carries the same key and body and gets the same answer",
        examples=["5f3f1a0e8c6d4b21a7e99c0d1b2a3c4d"],
    ),
]


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Describe the problem documents of a request, one example a code, grouped by status."""
    grouped: dict[int | str, list[str]] = {}
    for code in (*codes, *ALWAYS):
        grouped.setdefault(CATALOGUE[code][0], []).append(code)
    return {status: _described(found) for status, found in sorted(grouped.items(), key=lambda each: int(each[0]))}


def binary(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """Describe a 200 answer of bytes."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}


def _described(codes: list[str]) -> dict[str, Any]:
    examples = {code: {"value": document(Problem(code, CATALOGUE[code][1].lower()))} for code in codes}
    schema = {"$ref": f"#/components/schemas/{ProblemAnswer.__name__}"}
    content = {MEDIA_TYPE: {"schema": schema, "examples": examples}}
    return {"description": "; ".join(f"`{code}`: {CATALOGUE[code][1]}" for code in codes), "content": content}
