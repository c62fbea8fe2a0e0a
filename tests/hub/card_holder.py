"""A test citizen, as `hub init` needs one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Holder:
    name: str
    label: str = "見本"
    auth_pin: str = "1234"
    sign_pin: str = "ABC123"
