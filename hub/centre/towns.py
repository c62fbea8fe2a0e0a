"""The municipalities as the centre knows them: which server issues for which, and their state, kept for a few seconds.

A server that does not answer leaves its municipalities `down`, as they were last known. Not responsible for the line
(`issuing_line.py`) nor for who may issue: only codes of the signed key list are served.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub import log
from hub.centre.issuing_line import IssuingServerLine
from hub.municipality.interface import (
    Availability,
    IssueAnswer,
    IssueRequest,
    Offer,
    QueryAnswer,
    QueryRequest,
    Refused,
)
from hub.municipality.wire import State
from hub.web.problem import Problem

_NO_OPERATOR = "inquiry"  # nobody's stores: an issuing server tells names to whoever asks


class Town:
    """One municipality at the end of a line; `operator` is an operator of stores (`seven_eleven`)."""

    def __init__(self, code: str, line: IssuingServerLine, kept_s: float) -> None:
        self.code = code
        self.line = line
        self.name: Mapping[str, str] | None = None  # the same at every operator
        self._kept_s = kept_s
        self._states: dict[str, tuple[float, State]] = {}
        self._turn = asyncio.Lock()

    async def issue(self, request: IssueRequest) -> IssueAnswer:
        """Make one certificate; raises Refused."""
        return await self.line.issue(request)

    async def answer(self, request: QueryRequest) -> QueryAnswer:
        """Answer a query with a person's data, signed; raises Refused."""
        return await self.line.answer(request)

    async def availability(self, operator: str) -> Availability:
        """Tell what the home screen shows; `down` when the server does not answer."""
        return (await self._state(operator)).availability

    async def offers(self, operator: str) -> tuple[Offer, ...]:
        """List all types at this operator, those that cannot be ordered now with the reason."""
        return (await self._state(operator)).offers

    def note(self, operator: str, state: State) -> None:
        """Keep what the server told just now."""
        self._states[operator] = (time.monotonic(), state)
        self.name = state.availability.name

    def last_known(self, operator: str) -> State | None:
        """Return what was told last, as a municipality that is down; None if nothing ever was."""
        known = self._states.get(operator)
        return None if known is None else _down(known[1])

    async def _state(self, operator: str) -> State:
        async with self._turn:  # one question for all who ask at once
            at_s, state = self._states.get(operator, (float("-inf"), None))
            if state is None or time.monotonic() - at_s >= self._kept_s:
                try:
                    state = await self.line.state(self.code, operator)
                except Refused as refused:
                    log.event("municipality_unreachable", municipality=self.code, refusal=refused.refusal)
                    if state is None:
                        raise Problem("municipality-down", "the municipality's server cannot be reached") from refused
                    return _down(state)
                if state.availability.code != self.code:
                    raise Problem("municipality-down", "the municipality's server answered for another one")
                self.note(operator, state)
            return state


class Towns:
    """All municipalities of all issuing servers."""

    def __init__(self, lines: Sequence[IssuingServerLine], listed: frozenset[str], kept_s: float) -> None:
        self._lines = lines
        self._listed = listed
        self._kept_s = kept_s
        self._towns: dict[str, Town] = {}
        self._asked_s: dict[str, float] = {}
        self._silent: dict[str, set[IssuingServerLine]] = {}

    async def find(self, code: str, operator: str) -> Town:
        """Return the municipality; raises Problem `bad-request` or `municipality-down`."""
        if code not in self._listed:
            raise Problem("bad-request", "municipality: the centre does not serve this code")
        if code not in self._towns:
            await self._ask_all(operator)
        if code not in self._towns:
            raise Problem("municipality-down", "the municipality's server cannot be reached")
        return self._towns[code]

    def known(self, code: str) -> Town:
        """Return a municipality that was found before; raises Problem `municipality-down`."""
        if code not in self._towns:
            raise Problem("municipality-down", "the municipality's server cannot be reached")
        return self._towns[code]

    async def name_of(self, code: str) -> Mapping[str, str] | None:
        """Return a municipality's name (`ja`, `en`), as last told; None while no server has told it."""
        if code not in self._towns and code in self._listed:
            await self._ask_all(_NO_OPERATOR)
        return self._towns[code].name if code in self._towns else None

    async def everywhere(self, operator: str) -> list[Availability]:
        """List all municipalities as they are at this operator, in the order of their codes."""
        began_s = time.monotonic()  # before what is told is noted, so that no town's state is older than the list
        if began_s - self._asked_s.get(operator, float("-inf")) >= self._kept_s:
            self._silent[operator] = await self._ask_all(operator)
            self._asked_s[operator] = began_s
        silent = self._silent[operator]
        found: list[Availability] = []
        for _, town in sorted(self._towns.items()):
            if town.line in silent:
                known = town.last_known(operator)
                found += [] if known is None else [known.availability]
            else:
                found.append(await town.availability(operator))
        return found

    async def close(self) -> None:
        """Close the lines."""
        for line in self._lines:
            await line.close()

    async def _ask_all(self, operator: str) -> set[IssuingServerLine]:
        """Ask every server for all its municipalities; returns those that did not answer."""
        answers = await asyncio.gather(*(line.states(operator) for line in self._lines), return_exceptions=True)
        silent: set[IssuingServerLine] = set()
        for line, answer in zip(self._lines, answers, strict=True):
            if isinstance(answer, Refused):
                silent.add(line)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                self._note(line, operator, answer)
        return silent

    def _note(self, line: IssuingServerLine, operator: str, states: Sequence[State]) -> None:
        for state in states:
            code = state.availability.code
            if code not in self._listed:
                continue
            town = self._towns.setdefault(code, Town(code, line, self._kept_s))
            if town.line is line:  # the first server that names a code has it
                town.note(operator, state)


def _down(state: State) -> State:
    types = tuple(replace(each, reason="down") for each in state.availability.types)
    availability = replace(state.availability, status="down", types=types)
    return State(availability, tuple(replace(each, reason="down") for each in state.offers))
