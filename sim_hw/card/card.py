"""One My Number card with the JPKI application: bytes in, bytes out.

Not responsible for: sockets, readers, time. Selection and verified PINs end with power; try counters do not.
Commands and file ids: DEVICES, "Smart card" (from OpenSC's JPKI driver and the jpki/myna project).
"""

from dataclasses import dataclass, field
from typing import Protocol

from sim_hw.card.apdu import ApduError, CommandApdu, parse
from sim_hw.card.contents import PIN_FOR_READING, PIN_FOR_SIGNING, CardContents, FileId
from sim_hw.card.status_word import Refused, StatusWord

JPKI_AP = bytes.fromhex("D392F000260100000001")
OTHER_APS = frozenset(
    bytes.fromhex(aid)
    for aid in ("D3921000310001010408", "D3921000310001010402", "D3921000310001010100")  # text, picture, register
)
FILE_ID_BYTES = 2
ATR_TYPE_B = bytes.fromhex("3B888001000005E0B381A1007F")  # as a contactless reader makes it from the ATQB, PC/SC part 3


class Card(Protocol):
    """Anything that can lie on the reader."""

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        ...

    def reset(self) -> None:
        """Power off, on or reset: volatile state goes."""
        ...

    def process(self, raw: bytes) -> bytes:
        """Answer one command APDU: data and two bytes of status word."""
        ...


@dataclass
class MyNumberCard:
    """One physical card."""

    contents: CardContents
    atr: bytes = ATR_TYPE_B
    blocked: StatusWord = StatusWord.BLOCKED
    _application: bytes | None = None
    _file: FileId | None = None
    _verified: set[FileId] = field(default_factory=set[FileId])

    def reset(self) -> None:
        """Forget the selection and the verified PINs."""
        self._application = None
        self._file = None
        self._verified.clear()

    def process(self, raw: bytes) -> bytes:
        """Answer one command APDU."""
        try:
            return self._run(parse(raw)) + StatusWord.OK.tail()
        except ApduError:
            return StatusWord.WRONG_LENGTH.tail()
        except Refused as refused:
            return refused.tail

    def _run(self, command: CommandApdu) -> bytes:
        """Return the answer's data; raise `Refused` with any other status than OK."""
        match command.cla, command.ins:
            case 0x00, 0xA4:
                return self._select(command)
            case (0x00, 0xB0 | 0x20) | (0x80, 0x2A) if self._application != JPKI_AP:
                raise Refused(StatusWord.NOT_NOW)
            case 0x00, 0xB0:
                return self._read_binary(command)
            case 0x00, 0x20:
                return self._verify(command)
            case 0x80, 0x2A:
                return self._sign(command)
            case _:
                raise Refused(StatusWord.UNKNOWN_INS if command.cla in {0x00, 0x80} else StatusWord.UNKNOWN_CLA)

    def _select(self, command: CommandApdu) -> bytes:
        match command.p1:
            case 0x04:
                return self._select_application(command.data)
            case 0x02 if self._application == JPKI_AP:
                return self._select_file(command.data)
            case 0x00 | 0x02 | 0x08 | 0x09:
                raise Refused(StatusWord.NOT_FOUND)
            case _:
                raise Refused(StatusWord.WRONG_P1_P2)

    def _select_application(self, aid: bytes) -> bytes:
        if aid != JPKI_AP and aid not in OTHER_APS:
            raise Refused(StatusWord.NOT_FOUND)
        self.reset()  # selecting an application again drops the verified PINs
        self._application = aid
        return b""

    def _select_file(self, file_id: bytes) -> bytes:
        if len(file_id) != FILE_ID_BYTES:
            raise Refused(StatusWord.WRONG_LENGTH)
        wanted = int.from_bytes(file_id, "big")
        if wanted not in self.contents.ids:
            raise Refused(StatusWord.NOT_FOUND)
        self._file = FileId(wanted)
        return b""

    def _read_binary(self, command: CommandApdu) -> bytes:
        if command.p1 & 0x80:  # short file ids are not offered
            raise Refused(StatusWord.WRONG_P1_P2)
        if self._file is None:
            raise Refused(StatusWord.NOT_NOW)
        if self._file not in self.contents.files:
            raise Refused(StatusWord.WRONG_FILE_KIND)
        self._must_be_open_for(PIN_FOR_READING.get(self._file))
        whole = self.contents.files[self._file]
        offset = command.p1 << 8 | command.p2
        if offset >= len(whole):
            raise Refused(StatusWord.BEYOND_END)
        return whole[offset : offset + (command.le or 0)]

    def _verify(self, command: CommandApdu) -> bytes:
        if (command.p1, command.p2) != (0x00, 0x80):
            raise Refused(StatusWord.WRONG_P1_P2)
        pin = self.contents.pins.get(self._file) if self._file is not None else None
        if self._file is None or pin is None:
            raise Refused(StatusWord.NOT_NOW)
        if not command.data:  # the question for the tries left
            raise Refused(StatusWord.TRIES_LEFT, pin.left)
        if pin.locked:
            raise Refused(self.blocked)
        if not pin.try_value(command.data):
            self._verified.discard(self._file)
            raise Refused(StatusWord.TRIES_LEFT, pin.left)
        self._verified.add(self._file)
        return b""

    def _sign(self, command: CommandApdu) -> bytes:
        if (command.p1, command.p2) != (0x00, 0x80):
            raise Refused(StatusWord.WRONG_P1_P2)
        key = self.contents.keys.get(self._file) if self._file is not None else None
        if self._file is None or key is None:
            raise Refused(StatusWord.NOT_NOW)
        self._must_be_open_for(PIN_FOR_SIGNING[self._file])
        if not key.fits(command.data):
            raise Refused(StatusWord.WRONG_LENGTH)
        return key.sign(command.data)

    def _must_be_open_for(self, needed: FileId | None) -> None:
        if needed is not None and needed not in self._verified:
            raise Refused(StatusWord.NOT_AUTHORISED)
