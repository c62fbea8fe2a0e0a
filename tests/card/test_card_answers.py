"""The simulated card by itself: bytes in, bytes out, against the tables of the device facts."""

from pathlib import Path

import pytest
from card_copies import new_card
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_hw.card.apdu import ApduError, CommandApdu, parse
from sim_hw.card.card import MyNumberCard
from sim_hw.card.contents import CardFolderError, FileId, load
from sim_hw.card.foreign import ForeignCard
from sim_hw.card.status_word import StatusWord

SELECT_JPKI = "00A4040C0AD392F000260100000001"
DIGEST_INFO = "3031300d060960864801650304020105000420" + "ab" * 32


@pytest.fixture
def card(hanako: Path) -> MyNumberCard:
    return new_card(hanako)


def say(card: MyNumberCard | ForeignCard, *commands: str) -> tuple[bytes, str]:
    """Send all; return data and status of the last."""
    answer = b""
    for command in commands:
        answer = card.process(bytes.fromhex(command))
    return answer[:-2], answer[-2:].hex()


def test_tries_are_told_without_using_one(card: MyNumberCard) -> None:
    for _ in range(5):
        assert say(card, SELECT_JPKI, "00A4020C020018", "00200080") == (b"", "63c3")
    assert say(card, "00A4020C02001B", "00200080") == (b"", "63c5")


def test_three_wrong_pins_lock_and_the_right_one_no_longer_opens(card: MyNumberCard) -> None:
    wrong, right = "0020008004" + b"9999".hex(), "0020008004" + b"1234".hex()
    say(card, SELECT_JPKI, "00A4020C020018")
    assert [say(card, wrong)[1] for _ in range(3)] == ["63c2", "63c1", "63c0"]
    assert say(card, right)[1] == "6984"
    assert say(card, "00200080")[1] == "63c0"


def test_a_right_pin_gives_the_tries_back(card: MyNumberCard) -> None:
    say(card, SELECT_JPKI, "00A4020C020018", "0020008004" + b"9999".hex())
    assert say(card, "0020008004" + b"1234".hex())[1] == "9000"
    assert say(card, "00200080")[1] == "63c3"


@pytest.mark.parametrize("code", [StatusWord.BLOCKED, StatusWord.TRIES_LEFT])
def test_what_a_locked_card_answers_can_be_chosen(hanako: Path, code: StatusWord) -> None:
    card = new_card(hanako)
    card.blocked = code
    card.contents.pins[FileId.AUTH_PIN].left = 0
    assert say(card, SELECT_JPKI, "00A4020C020018", "0020008004" + b"1234".hex())[1] == f"{code.value:04x}"


def test_power_ends_verified_pins_but_not_the_counter(card: MyNumberCard) -> None:
    say(card, SELECT_JPKI, "00A4020C02001B", "0020008004" + b"9999".hex())
    say(card, "00A4020C020018", "0020008004" + b"1234".hex(), "00A4020C020017")
    assert say(card, f"802A008033{DIGEST_INFO}00")[1] == "9000"
    card.reset()
    assert say(card, SELECT_JPKI, "00A4020C020017", f"802A008033{DIGEST_INFO}00")[1] == "6982"
    assert say(card, "00A4020C02001B", "00200080")[1] == "63c4"


def test_the_key_signs_only_after_its_own_pin(card: MyNumberCard) -> None:
    say(card, SELECT_JPKI, "00A4020C02001B", "0020008008" + b"TEST1234".hex(), "00A4020C020017")
    assert say(card, f"802A008033{DIGEST_INFO}00")[1] == "6982"


@pytest.mark.parametrize(("pin_file", "pin", "key_file", "kind"), [
    ("0018", b"1234", "0017", "auth"),
    ("001B", b"TEST1234", "001A", "sign"),
])  # fmt: skip
def test_signatures_verify_under_the_certificate(  # noqa: PLR0917 - pytest passes by name
    card: MyNumberCard, hanako: Path, pin_file: str, pin: bytes, key_file: str, kind: str,
) -> None:  # fmt: skip
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"message")
    info = DIGEST_INFO[:38] + digest.finalize().hex()
    say(card, SELECT_JPKI, f"00A4020C02{pin_file}", f"00200080{len(pin):02x}{pin.hex()}", f"00A4020C02{key_file}")
    signature, status = say(card, f"802A008033{info}00")
    assert (len(signature), status) == (256, "9000")
    certificate = x509.load_der_x509_certificate((hanako / f"{kind}_cert.der").read_bytes())
    certificate.public_key().verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())


def test_the_signature_certificate_needs_its_pin(card: MyNumberCard, hanako: Path) -> None:
    assert say(card, SELECT_JPKI, "00A4020C020001", "00B0000004")[1] == "6982"
    say(card, "00A4020C02001B", "0020008008" + b"TEST1234".hex(), "00A4020C020001")
    head, status = say(card, "00B0000004")
    assert (head, status) == ((hanako / "sign_cert.der").read_bytes()[:4], "9000")


def test_files_are_read_in_pieces_to_their_end(card: MyNumberCard, hanako: Path) -> None:
    whole = (hanako / "auth_ca.der").read_bytes()
    say(card, SELECT_JPKI, "00A4020C02000B")
    got = b"".join(say(card, f"00B0{offset:04x}00")[0] for offset in range(0, len(whole), 256))
    assert got == whole
    assert say(card, f"00B0{len(whole):04x}00")[1] == "6b00"


def test_nothing_but_select_works_before_the_application_is_chosen(card: MyNumberCard) -> None:
    for command in ("00B0000004", "00200080", f"802A008033{DIGEST_INFO}00"):
        assert say(card, command)[1] == "6986"
    assert say(card, "00A4020C020018")[1] == "6a82"


def test_a_foreign_card_knows_nothing() -> None:
    assert say(ForeignCard(), SELECT_JPKI) == (b"", "6a82")
    assert say(ForeignCard(), "00B0000004") == (b"", "6d00")


def test_a_folder_that_is_no_card_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(CardFolderError, match=r"No such file or directory: .*card\.json"):
        load(tmp_path)
    (tmp_path / "card.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CardFolderError, match=str(tmp_path)):
        load(tmp_path)


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer_with_a_status_word(raw: bytes) -> None:
    assert len(ForeignCard().process(raw)) == 2


COMMANDS = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([SELECT_JPKI, "00A4020C020018", "00A4020C020017", "00A4020C02000A", "00B0000000", "00200080"]).map(
        bytes.fromhex,
    ),
    st.builds(lambda digits: b"\x00\x20\x00\x80\x04" + digits, st.binary(min_size=4, max_size=4)),
    st.just(bytes.fromhex(f"802A008033{DIGEST_INFO}00")),
)


@settings(deadline=None)
@given(st.lists(COMMANDS, max_size=12))
def test_no_sequence_without_the_right_pin_signs_or_gains_a_try(citizens: Path, commands: list[bytes]) -> None:
    card = new_card(citizens / "hanako")
    left = 3
    for command in commands:
        if command[5:] == b"1234":
            continue
        answer = card.process(command)
        assert len(answer) >= 2
        assert command[:2] != b"\x80\x2a" or answer[-2:] != b"\x90\x00"
        assert card.contents.pins[FileId.AUTH_PIN].left <= left
        left = card.contents.pins[FileId.AUTH_PIN].left


@given(
    st.tuples(*[st.integers(0, 255)] * 4),
    st.binary(max_size=255),
    st.one_of(st.none(), st.integers(1, 256)),
)
def test_short_commands_are_read_as_written(head: tuple[int, int, int, int], data: bytes, le: int | None) -> None:
    raw = bytes(head) + (bytes([len(data)]) + data if data else b"") + (bytes([le & 0xFF]) if le else b"")
    assert parse(raw) == CommandApdu(*head, data, le)


def test_extended_commands_are_read_as_written() -> None:
    assert parse(bytes.fromhex("00B00000000410")) == CommandApdu(0, 0xB0, 0, 0, b"", 0x410)
    data = bytes(300)
    assert parse(bytes.fromhex("802A008000012C") + data + b"\x00\x00") == CommandApdu(0x80, 0x2A, 0, 0x80, data, 65536)


@pytest.mark.parametrize("raw", ["", "00A404", "00A4040C0AD392", "00A4040C01D39292FF", "00A4040000000501"])
def test_contradicting_lengths_are_refused(raw: str) -> None:
    with pytest.raises(ApduError):
        parse(bytes.fromhex(raw))
