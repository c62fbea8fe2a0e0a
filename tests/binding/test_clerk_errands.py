"""The clerk's errands and its runner around the machine: what is typed stays outside it, a receipt never matters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from binding_answer import CERTIFICATE, TRANSACTION
from exchange_play import Session

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.errands import Errands, Sources
from firmware.app.clerk.jpki import Authenticated
from firmware.app.clerk.receipt import Receipts
from firmware.app.clerk.runner import Runner
from firmware.app.clerk.slip import Slips
from firmware.app.clerk.state import Asking, Clerk, Limits, Question
from firmware.app.clerk.visit import Field, Place, Wanted
from firmware.app.screens import pages, texts
from firmware.devices import DeviceFault, DeviceState, Paper, PrinterStatus

KOGA = Place(
    "402231", (("ja", "福岡県古賀市"), ("en", "Koga City")), (("ja", ""), ("en", "")), ("06:30", "23:00"), "open"
)
TEXTS = texts.load()


class FakeJob:
    """A printer that is ready and prints, unless told otherwise."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.printed: list[list[bytes]] = []
        self.closed = 0

    async def preflight(self) -> PrinterStatus:
        return PrinterStatus(DeviceState.ONLINE, Paper.FULL)

    async def print_bands(self, bands: list[bytes], on_progress: Callable[[float], None]) -> None:
        if self.fault:
            raise self.fault
        self.printed.append(bands)
        on_progress(1.0)

    async def close(self) -> None:
        self.closed += 1


class Desk:
    """The errands of one person over a fake centre and a fake printer."""

    def __init__(self, folder: Path) -> None:
        self.session = Session(folder)
        self.job = FakeJob()
        self.pictures: dict[str, bytes] = {}

        async def places() -> tuple[Place, ...]:
            return (KOGA,)

        async def printer() -> Any:
            return self.job

        async def warm() -> None:
            pass

        reader: Any = None
        receipts, slips = Receipts("kiosk-0001", "seven_eleven", 576, TEXTS), Slips("kiosk-0001", 576, TEXTS)
        self.errands = Errands(
            Sources(reader, places, lambda: self.session.exchange, printer, warm, self._offer, receipts, slips)
        )

    def _offer(self, pictures: Any) -> None:
        self.pictures = dict(pictures)

    async def until_the_offers(self) -> v.Event:
        errands = self.errands
        await errands.ask_places(1)
        assert await errands.open(2, KOGA.code) == v.TransactionCame(2, m.Id(TRANSACTION))
        errands._signed = Authenticated(CERTIFICATE, bytes(256), "rsa2048-sha256")
        return await errands.present(3)

    async def until_the_document(self) -> v.Event:
        await self.until_the_offers()
        await self.errands.inquiries.answer(v.AskHousehold(4, "resident_record"))
        wanted = Wanted("resident_record", "members", (0, 1), ("domicile", "relationship"), None, 2)
        await self.errands.inquiries.answer(v.AskPreview(5, wanted))
        assert self.pictures
        return await self.errands.order(v.PlaceOrder(6, wanted))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_every_offer_reaches_the_machine_with_the_reason_why_it_cannot_be_had(desk: Desk):
    came = asyncio.run(desk.until_the_offers())
    assert isinstance(came, v.OffersCame)
    record, tax, seal = came.offers
    assert (record.available, record.reason, record.scopes) == (True, "", ("self", "household", "members"))
    assert tax.fiscal_years == (2026, 2025)
    assert (seal.available, seal.reason, seal.hours) == (False, "hours", ("09:00", "17:00"))


def test_an_order_by_name_is_held_and_the_previews_pictures_are_gone(desk: Desk):
    came = asyncio.run(desk.until_the_document())
    assert isinstance(came, v.DocumentCame)
    assert (came.fee_yen, came.copies, came.sheets) == (500, 2, 6)
    assert desk.pictures == {}
    assert desk.errands.known.receipt_number == TRANSACTION[:12]


def test_a_cancelled_transaction_leaves_no_pictures(desk: Desk):
    async def scenario() -> None:
        await desk.until_the_offers()
        await desk.errands.inquiries.answer(v.AskPreview(5, Wanted("resident_record", "self")))
        assert desk.pictures
        await desk.errands.cancel("person")

    asyncio.run(scenario())
    assert desk.pictures == {}


def test_the_receipt_is_a_strip_of_its_own_behind_the_sheets(desk: Desk):
    async def scenario() -> None:
        await desk.until_the_document()
        assert await desk.errands.print(7, lambda _: None) == v.PrintDone(7)
        assert (len(desk.job.printed), desk.job.closed) == (6, 1)
        assert await desk.errands.print_receipt(8, "en") == v.ReceiptPrinted(8, printed=True)

    asyncio.run(scenario())
    assert (len(desk.job.printed), desk.job.closed) == (7, 2)


@pytest.mark.parametrize("fault", [DeviceFault("paper_out"), DeviceFault("cover_open")])
def test_a_receipt_that_fails_is_told_and_the_printer_given_back(desk: Desk, fault: Exception):
    async def scenario() -> None:
        await desk.until_the_document()
        await desk.errands.print(7, lambda _: None)
        desk.job.fault = fault
        assert await desk.errands.print_receipt(8, "en") == v.ReceiptPrinted(8, printed=False)

    asyncio.run(scenario())
    assert desk.job.closed == 2


@pytest.mark.parametrize("fault", [None, DeviceFault("paper_out")])
def test_the_slip_of_a_request_is_printed_or_not_and_the_printer_given_back(desk: Desk, fault: Exception | None):
    async def scenario() -> None:
        await desk.until_the_offers()
        desk.errands.known.requests = (pages.Request("202611230001", "requested", "2026-11-23"),)
        desk.job.fault = fault
        assert await desk.errands.print_slip(5, "vi") == v.SlipDone(5, printed=fault is None)

    asyncio.run(scenario())
    assert (len(desk.job.printed), desk.job.closed) == (int(fault is None), 1)


class Shown:
    """A panel that keeps what it was shown."""

    def __init__(self) -> None:
        self.views: list[Any] = []

    def show(self, view: Any) -> int:
        self.views.append(view)
        return len(self.views)


def runner_at(desk: Desk, question: Question, *, shuffle_pin: bool = False) -> tuple[Runner, Shown]:
    def failed(error: BaseException) -> None:
        raise error

    shown = Shown()
    runner = Runner(
        desk.errands, TEXTS, Limits(), panel=shown, say=lambda _: None, failed=failed, shuffle_pin=shuffle_pin
    )
    runner.clerk = replace(Clerk(), phase=Asking(question, asyncio.get_running_loop().time() + 30))
    return runner, shown


def test_what_is_typed_is_shown_but_never_in_the_machines_state(desk: Desk):
    async def scenario() -> None:
        runner, shown = runner_at(desk, Question.REGISTER_NAME)
        for button in ("key:コ", "key:カ", "voiced", "space", "key:ハ"):
            runner.touched(len(shown.views), button)
        assert shown.views[-1].typed == "コガ　ハ"
        assert "コ" not in repr(runner.clerk)
        assert Field.NAME in runner.clerk.visit.typed, "the machine knows that it is whole"
        runner.touched(len(shown.views), "erase")
        assert Field.NAME not in runner.clerk.visit.typed

    asyncio.run(scenario())


def test_each_key_draws_the_page_once_whether_the_machine_learned_something_or_not(desk: Desk, monkeypatch: Any):
    async def scenario() -> None:
        runner, shown = runner_at(desk, Question.REGISTER_PHONE)
        for count, digit in enumerate("092942", 1):
            runner.touched(len(shown.views), f"digit:{digit}")
            assert [view.typed for view in shown.views] == ["092942"[:each] for each in range(1, count + 1)]
        now_s = asyncio.get_running_loop().time()
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now_s)
        runner.touched(len(shown.views), "digit:1")
        before = runner.clerk
        runner.touched(len(shown.views), "digit:1")
        assert runner.clerk == before, "with the clock standing, the machine learns nothing of the second one"
        assert [view.typed for view in shown.views[6:]] == ["0929421", "09294211"]

    asyncio.run(scenario())


def test_digits_typed_for_a_registration_are_none_of_the_pin(desk: Desk):
    async def scenario() -> None:
        runner, shown = runner_at(desk, Question.REGISTER_PHONE)
        for digit in "0929421111":
            runner.touched(len(shown.views), f"digit:{digit}")
        assert desk.errands.known.phone == "0929421111"
        assert not desk.errands._pin
        assert "0929421111" not in repr(runner.clerk)

    asyncio.run(scenario())


def test_a_shuffled_pin_pad_has_all_digits_in_another_order_each_time(desk: Desk):
    async def scenario() -> None:
        runner, _ = runner_at(desk, Question.ENTER_PIN, shuffle_pin=True)
        orders = set()
        for _again in range(8):
            runner.clerk = replace(runner.clerk, phase=Asking(Question.LAST_TRY, 1e12))
            runner.post(v.Touched("yes"))
            assert isinstance(runner.clerk.phase, Asking)
            assert runner.clerk.phase.question is Question.ENTER_PIN
            orders.add(runner._digits)
        assert all(sorted(order) == sorted("1234567890") for order in orders)
        assert len(orders) > 1

    asyncio.run(scenario())
