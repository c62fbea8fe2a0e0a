"""The JPKI dialogue against cards that do not keep to it: an in-memory fake sends whatever Hypothesis thinks of."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from card_copies import new_card
from card_test_pki import make_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware.app.clerk.jpki import (
    Authenticated,
    NotMyNumberCard,
    PinLocked,
    PinWrong,
    TriesLeft,
    authenticate,
    probe,
)
from firmware.devices import BadResponse, CardGone
from sim_hw.card.card import MyNumberCard
from sim_hw.card.contents import FileId
from sim_hw.card.private_key import CardKey

MESSAGE = b"message"
Answer = tuple[bytes, int]
pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")


class FakeReader:
    """A reader whose card answers from a function; counts commands, and fails when they are endless."""

    def __init__(self, answer: Callable[[bytes], Answer]) -> None:
        self._answer = answer
        self.sent: list[bytes] = []
        self.wipeable: list[bytearray] = []

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator["FakeReader"]:
        yield self

    async def send(self, apdu: bytes | bytearray) -> Answer:
        self.sent.append(bytes(apdu))
        if isinstance(apdu, bytearray):
            self.wipeable.append(apdu)
        assert len(self.sent) < 100, "the dialogue never ends"
        return self._answer(bytes(apdu))


def real(card: MyNumberCard) -> Callable[[bytes], Answer]:
    def answer(apdu: bytes) -> Answer:
        raw = card.process(apdu)
        return raw[:-2], int.from_bytes(raw[-2:], "big")

    return answer


def replaced(card: MyNumberCard, at: Callable[[bytes], bool], by: Callable[[Answer], Answer]) -> FakeReader:
    """Let a real card answer, but change the answer to the commands that `at` picks."""
    genuine = real(card)
    return FakeReader(lambda apdu: by(genuine(apdu)) if at(apdu) else genuine(apdu))


def ask(reader: FakeReader, pin: bytes = b"1234") -> Any:
    held = bytearray(pin)
    try:
        return play(lambda: authenticate(reader, held, lambda: MESSAGE))
    finally:
        assert not any(held), "the PIN is wiped whatever happens"


def play(scene: Callable[[], Awaitable[object]]) -> Any:
    return anyio.run(scene)


@pytest.fixture
def card(hanako: Path) -> MyNumberCard:
    return new_card(hanako)


def ins(code: int) -> Callable[[bytes], bool]:
    return lambda apdu: apdu[1] == code


def is_pin(apdu: bytes) -> bool:
    return apdu[1] == 0x20 and len(apdu) > 4


def is_question(apdu: bytes) -> bool:
    return apdu == bytes.fromhex("00200080")


def is_head(apdu: bytes) -> bool:
    return apdu == bytes.fromhex("00B0000004")


@settings(deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 0xFFFF)), max_size=30))
def test_random_answers_end_in_a_result_or_bad_response(answers: list[Answer]) -> None:
    left = iter(answers)
    reader = FakeReader(lambda _: next(left, (b"", 0x6F00)))
    try:
        result = ask(reader)
    except BadResponse:
        return
    assert isinstance(result, NotMyNumberCard | PinWrong | PinLocked)


STATUS = st.sampled_from([0x9000, 0x63C0, 0x63C1, 0x63C2, 0x63C3, 0x63CF, 0x6700, 0x6982, 0x6983, 0x6984, 0x6A82])


@settings(deadline=None)
@given(at=st.integers(0, 14), data=st.binary(max_size=260), status=STATUS)
@example(at=14, data=bytes(256), status=0x9000)
def test_one_changed_answer_never_passes_for_an_authentication(
    citizens: Path, at: int, data: bytes, status: int,
) -> None:  # fmt: skip
    card = new_card(citizens / "hanako")
    genuine, count = real(card), iter(range(100))
    reader = FakeReader(lambda apdu: (data, status) if next(count) == at else genuine(apdu))
    try:
        result = ask(reader)
    except BadResponse:
        return
    if isinstance(result, Authenticated):
        assert result.certificate_der == (citizens / "hanako" / "auth_cert.der").read_bytes()


@pytest.mark.parametrize("status", [0x6A82, 0x6D00, 0x6E00, 0x6F00, 0x6999])
def test_a_card_without_the_application_is_no_my_number_card(status: int) -> None:
    reader = FakeReader(lambda _: (b"", status))
    assert ask(reader) == NotMyNumberCard()
    assert len(reader.sent) == 1
    assert play(lambda: probe(FakeReader(lambda _: (b"", status)))) == NotMyNumberCard()


@pytest.mark.parametrize("status", [0x63C0, 0x6983, 0x6984])
def test_all_ways_to_say_locked_are_understood(card: MyNumberCard, status: int) -> None:
    assert ask(replaced(card, is_pin, lambda _: (b"", status))) == PinLocked()
    reader = replaced(card, is_question, lambda _: (b"", status))
    assert ask(reader) == PinLocked()
    assert not [apdu for apdu in reader.sent if is_pin(apdu)]
    assert play(lambda: probe(replaced(card, is_question, lambda _: (b"", status)))) == TriesLeft(0)


@pytest.mark.parametrize("status", [0x9000, 0x63CF, 0x63C4, 0x6A82])
def test_impossible_tries_are_a_bad_response_with_the_status_kept(card: MyNumberCard, status: int) -> None:
    with pytest.raises(BadResponse) as caught:
        ask(replaced(card, is_question, lambda _: (b"", status)))
    assert caught.value.raw == status.to_bytes(2, "big")


@pytest.mark.parametrize("head", ["3082ffff", "30821001", "30840000", "00000000", "308203", "3082041000", ""])
def test_an_impossible_certificate_length_is_refused_at_once(card: MyNumberCard, head: str) -> None:
    reader = replaced(card, is_head, lambda _: (bytes.fromhex(head), 0x9000))
    with pytest.raises(BadResponse):
        ask(reader)
    assert len([apdu for apdu in reader.sent if apdu[1] == 0xB0]) == 1


@pytest.mark.parametrize("change", [lambda _: b"", lambda data: data[:-1], lambda data: data + b"\x00"])
def test_chunks_of_a_wrong_length_are_refused(card: MyNumberCard, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BadResponse):
        ask(replaced(card, ins(0xB0), lambda answer: (change(answer[0]), answer[1])))


def test_garbage_in_the_certificate_is_refused_and_not_repeated_in_the_error(card: MyNumberCard) -> None:
    card.contents.files[FileId.AUTH_CERTIFICATE] = b"\x30\x82\x02\x00" + b"\xaa" * 512
    with pytest.raises(BadResponse, match="cannot be read") as caught:
        ask(FakeReader(real(card)))
    assert len(caught.value.raw) == 4


def test_a_card_that_signs_with_another_key_is_refused(card: MyNumberCard) -> None:
    pem = make_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    card.contents.keys[FileId.AUTH_KEY] = CardKey.from_pem(pem)
    with pytest.raises(BadResponse, match="does not verify"):
        ask(FakeReader(real(card)))


def test_a_signature_over_something_else_is_refused(card: MyNumberCard) -> None:
    genuine = real(card)

    def answer(apdu: bytes) -> Answer:
        return genuine(apdu[:-2] + b"\x00\x00" if apdu[1] == 0x2A else apdu)

    with pytest.raises(BadResponse, match="does not verify"):
        ask(FakeReader(answer))


def test_the_command_that_carried_the_pin_is_wiped_too(card: MyNumberCard) -> None:
    reader = FakeReader(real(card))
    assert isinstance(ask(reader), Authenticated)
    assert [len(command) for command in reader.wipeable] == [9]
    assert not any(reader.wipeable[0])


def test_a_lost_card_passes_through_and_the_pin_is_still_wiped() -> None:
    def answer(_: bytes) -> Answer:
        raise CardGone("80100069")

    with pytest.raises(CardGone):
        ask(FakeReader(answer))
