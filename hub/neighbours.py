"""Where a role that was started alone finds the others: from hub.toml, else those that run in the same DIR.

Not responsible for starting any (`hub/commands/`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a centre finds the others: the JPKI centre's URL and those of issuing servers."""

    ocsp_url: str
    issuing_servers: Sequence[str]


def neighbours_of(data: Path, settings: Settings) -> Neighbours:
    """Find those of a centre; raises SettingsError."""
    ocsp_url = settings.ocsp_url or _running(data, "jpki", "ocsp_url")
    servers = settings.issuing_servers.split() or [_running(data, "municipality", "issuing_servers")]
    return Neighbours(f"{ocsp_url.rstrip('/')}/", servers)


def centre_of(data: Path, settings: Settings) -> str:
    """Find the centre; raises SettingsError."""
    return settings.centre_url or _running(data, "centre", "centre_url")


def _running(data: Path, role: str, option: str) -> str:
    place = data / "run" / f"{role}.json"
    try:
        return json.loads(place.read_text(encoding="utf-8"))["url"]
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(
            f"{place} is not there: start `python -m hub {role} --data {data}` first, or set `{option}` in hub.toml"
        ) from error
