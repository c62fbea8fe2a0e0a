"""The interface's records as CBOR, for the way between centre and issuing server: both ends use this file.

Whatever comes is read into the record or refused: no field less, no other type. Not responsible for what a record
means. Source: `docs/reference/hub-protocol.md`, "Between centre and issuing server".
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import cbor2
import msgspec

from hub.municipality.interface import Availability, Offer

MEDIA_TYPE = "application/cbor"
REQUEST_MAX_BYTES = 131_072
ANSWER_MAX_BYTES = 32 << 20

Kind = TypeVar("Kind")


class Garbled(Exception):
    """What came is not the record that was expected; the text names the place, never a value."""


@dataclass(frozen=True, slots=True)
class State:
    """One municipality at one operator, at this moment."""

    availability: Availability
    offers: tuple[Offer, ...]


def write(record: Any) -> bytes:
    """Write one of the interface's records."""
    return cbor2.dumps(asdict(record))


def write_states(states: Sequence[State]) -> bytes:
    """Write the states of all municipalities of a server."""
    return cbor2.dumps([asdict(each) for each in states])


def read(body: bytes, kind: type[Kind]) -> Kind:
    """Read one record of the kind; raises Garbled."""
    try:
        found = cbor2.loads(body)
    except Exception as error:  # the parser of foreign bytes has many kinds of errors
        raise Garbled(f"not CBOR ({type(error).__name__})") from error
    try:
        return msgspec.convert(found, kind, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise Garbled(f"not a record of {kind.__name__}") from error


def read_states(body: bytes) -> list[State]:
    """Read the states of a server's municipalities; raises Garbled."""
    return read(body, list[State])
