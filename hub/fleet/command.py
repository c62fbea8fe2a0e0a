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

from hub.fleet.line import Broker, Order, ask, shard_of
from hub.fleet.signing import Clearing, operator_key, signed

DONE, FAILED = 0, 1
GOOD = frozenset({"done", "started", "scheduled", "cleared", "recorded"})


def brokers_of(options: argparse.Namespace, role: str) -> list[Broker]:
    """Return the brokers of the command line, and as whom to go there."""
    made: list[Broker] = []
    for each in options.broker.split(","):
        host, _, port = each.partition(":")
        if port and not port.isdecimal():
            raise ValueError(f"--broker {each}: is not HOST or HOST:PORT, with commas between several")
        made.append(
            Broker(host, int(port or options.broker_port), options.data / "pki", role, old=options.protocol == "3.1.1")
        )
    return made


def _command(options: argparse.Namespace) -> int:
    key = operator_key(options.key)
    clearing = None
    if options.name == "clear_alarm":
        if not options.alarm or not options.reason:
            raise ValueError("clear_alarm needs --alarm ID and --reason REASON; alarm/<code> tells the id")
        clearing = Clearing(options.alarm, options.reason, options.note)
    if (options.name == "start_update") != bool(options.bundle):
        raise ValueError("start_update, and no other command, needs --bundle FILE.raucb: a file of update.source there")
    payload, nonce = signed(key, options.kiosk, options.name, clearing, bundle=options.bundle)
    broker = shard_of(options.kiosk, brokers_of(options, "operator"))
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
