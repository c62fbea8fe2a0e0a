"""The firmware's card reader driver and JPKI dialogue, over real pcscd, against the simulated card."""

import asyncio
import time
from pathlib import Path

import pytest
from card_watched import Watched
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from firmware.app.clerk.jpki import (
    Authenticated,
    NotMyNumberCard,
    PinLocked,
    PinWrong,
    TriesLeft,
    authenticate,
    probe,
)
from firmware.devices import CardGone, CardInserted, CardRemoved, DeviceTimeout, DeviceUnavailable
from firmware.drivers.card_reader import CardReader
from sim_hw.card.session import CardSession

pytestmark = pytest.mark.anyio
MESSAGE = b"what the centre asked for"


def right_pin() -> bytearray:
    return bytearray(b"1234")


async def test_the_card_signs_and_the_signature_belongs_to_its_certificate(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    pin = right_pin()

    signed = await authenticate(reader, pin, lambda: MESSAGE)

    assert isinstance(signed, Authenticated)
    assert signed.algorithm == "rsa2048-sha256"
    assert signed.certificate_der == (hanako / "auth_cert.der").read_bytes()
    key = x509.load_der_x509_certificate(signed.certificate_der).public_key()
    key.verify(signed.signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert pin == bytes(4), "the PIN is wiped"


async def test_an_apdu_is_not_delayed_by_the_link(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    async with reader.session() as card:
        began_s = time.perf_counter()
        for _ in range(50):
            await card.send(bytes.fromhex("00A4040C0AD392F000260100000001"))
        each_s = (time.perf_counter() - began_s) / 50
    assert each_s < 0.02, "a delayed ACK would cost 0.04 s each"


async def test_a_wrong_pin_costs_one_try_and_a_right_one_gives_them_back(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    assert await probe(reader) == TriesLeft(3)
    assert await authenticate(reader, bytearray(b"9999"), lambda: MESSAGE) == PinWrong(2)
    assert await authenticate(reader, bytearray(b"9999"), lambda: MESSAGE) == PinWrong(1)
    assert await probe(reader) == TriesLeft(1)
    assert isinstance(await authenticate(reader, right_pin(), lambda: MESSAGE), Authenticated)
    assert await probe(reader) == TriesLeft(3)


async def test_the_last_wrong_pin_locks_it_and_no_further_pin_is_sent(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    await bench.set_tries("auth", 1)
    assert await authenticate(reader, bytearray(b"9999"), lambda: MESSAGE) == PinLocked()
    assert await probe(reader) == TriesLeft(0)
    sent = len(await bench.log())
    assert await authenticate(reader, right_pin(), lambda: MESSAGE) == PinLocked()
    commands = [str(apdu["command"]) for apdu in (await bench.log())[sent:]]
    assert "00200080" in commands
    assert not [command for command in commands if command.startswith("0020") and len(command) > 8]


async def test_a_pin_that_is_not_four_digits_never_reaches_the_card(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    sent = len(await bench.log())
    for pin in (bytearray(b"123"), bytearray(b"12345"), bytearray(b"12a4"), bytearray(b"")):
        with pytest.raises(ValueError, match="four ASCII digits"):
            await authenticate(reader, pin, lambda: MESSAGE)
        assert not any(pin)
    assert len(await bench.log()) == sent


async def test_a_foreign_card_is_told_from_a_my_number_card(
    bench: CardSession, watch: Watched, reader: CardReader,
) -> None:  # fmt: skip
    await bench.insert_foreign()
    await watch.until(CardInserted)
    assert await probe(reader) == NotMyNumberCard()
    assert await authenticate(reader, right_pin(), lambda: MESSAGE) == NotMyNumberCard()


async def test_without_a_card_the_session_does_not_open(reader: CardReader) -> None:
    with pytest.raises(CardGone):
        await probe(reader)


async def test_the_reader_is_checked_without_a_card(bench: CardSession, reader: CardReader) -> None:
    assert await reader.check() == bench.reader_name
    with pytest.raises(DeviceUnavailable, match="8010002E"):
        await CardReader("no such reader").check()
    await bench.kill_pcscd()
    with pytest.raises(DeviceUnavailable, match="8010001D"):
        await reader.check()


async def test_a_card_in_use_is_not_shared(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    async with reader.session():
        with pytest.raises(DeviceUnavailable, match="8010000B"):
            await probe(reader)
    assert await probe(reader) == TriesLeft(3)


async def test_a_session_leaves_no_pin_behind_for_the_next_one(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    assert isinstance(await authenticate(reader, right_pin(), lambda: MESSAGE), Authenticated)
    async with reader.session() as card:
        # No SELECT of the application: that alone would drop the PIN. The card must have lost its power.
        _, status = await card.send(bytes.fromhex("802A0080010100"))
    assert status == 0x6986


# The APDUs of one authentication, by instruction: 4 SELECT, 2 VERIFY, 5 READ BINARY at least, 1 signature.
TEARS = [(0xA4, n) for n in (1, 2, 3, 4)] + [(0x20, n) for n in (1, 2)] + [(0xB0, n) for n in range(1, 5)] + [(0x2A, 1)]


@pytest.mark.parametrize(("ins", "nth"), TEARS)
async def test_a_card_torn_at_any_apdu_ends_the_session_and_can_be_held_again(  # noqa: PLR0917 - passed by name
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path, ins: int, nth: int,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    await bench.tear_at(ins, nth)
    pin = right_pin()
    with pytest.raises(CardGone):
        await authenticate(reader, pin, lambda: MESSAGE)
    assert pin == bytes(4)
    await watch.until(CardRemoved)
    assert (await bench.log())[-1]["status"] == "none"

    await bench.insert(hanako)
    await watch.until(CardInserted)
    assert isinstance(await authenticate(reader, right_pin(), lambda: MESSAGE), Authenticated)


async def test_a_torn_session_is_never_resumed(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    await bench.tear_at(0xA4)
    select = bytes.fromhex("00A4040C0AD392F000260100000001")
    async with reader.session() as card:
        with pytest.raises(CardGone):
            await card.send(select)
        with pytest.raises(CardGone, match="begin a new one"):
            await card.send(select)


async def test_a_silent_card_meets_a_time_limit_and_the_loop_goes_on(
    bench: CardSession, watch: Watched, hanako: Path,
) -> None:  # fmt: skip
    reader = CardReader(apdu_timeout_s=0.4)
    await bench.insert(hanako)
    await watch.until(CardInserted)
    await bench.stall_at(0xB0, 2)
    began_s = time.monotonic()
    signing = asyncio.create_task(authenticate(reader, right_pin(), lambda: MESSAGE))
    with pytest.raises(DeviceTimeout, match=r"0\.4 s"):
        await signing
    assert time.monotonic() - began_s < 2

    await bench.remove()
    await watch.until(CardRemoved)
    await bench.insert(hanako)
    await watch.until(CardInserted)
    assert isinstance(await authenticate(reader, right_pin(), lambda: MESSAGE), Authenticated)


async def test_pcscd_dying_in_a_session_is_an_unavailable_device(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    async with reader.session() as card:
        await bench.kill_pcscd()
        with pytest.raises(DeviceUnavailable):
            await card.send(bytes.fromhex("00A4040C0AD392F000260100000001"))
    with pytest.raises(DeviceUnavailable, match=r"8010001[DE]"):
        await probe(reader)
    await bench.start_pcscd()
    await watch.until(CardInserted)
    assert await probe(reader) == TriesLeft(3)
