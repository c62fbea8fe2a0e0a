"""`python -m hub command`: signs a command with an operator's key, sends it, tells what the kiosk answers.

Exit status 0 when it was carried out or will be, 1 otherwise. Not responsible for the page (`serving.py`).
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

import aiomqtt

from hub.fleet.line import Broker, Order, ask
from hub.fleet.signing import Clearing, operator_key, signed

DONE, FAILED = 0, 1
GOOD = frozenset({"done", "scheduled", "cleared", "recorded"})


def broker_of(options: argparse.Namespace, role: str) -> Broker:
    """Return the broker of the command line, and as whom to go there."""
    return Broker(options.broker, options.broker_port, options.data / "pki", role)


def _command(options: argparse.Namespace) -> int:
    key = operator_key(options.key)
    clearing = None
    if options.name == "clear_alarm":
        if not options.alarm or not options.reason:
            raise ValueError("clear_alarm needs --alarm ID and --reason REASON; alarm/<code> tells the id")
        clearing = Clearing(options.alarm, options.reason, options.note)
    payload, nonce = signed(key, options.kiosk, options.name, clearing)
    broker = broker_of(options, "operator")
    try:
        answer = asyncio.run(ask(broker, Order(options.kiosk, options.name, payload, nonce), options.wait))
    except aiomqtt.MqttError as error:
        raise ValueError(f"{broker.host}:{broker.port}: {error}; check --broker, --broker-port and DIR/pki") from error
    if answer is None:
        print(f"{options.kiosk} does not answer within {options.wait:g} s: is it online?", file=sys.stderr)
        return FAILED
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return DONE if answer.get("result") in GOOD else FAILED


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"command": _command})
