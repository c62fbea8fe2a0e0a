"""Another PC/SC client beside the kiosk: writes the monotonic time at which it was told of each card that went away.

`python -m tests.measure.card_witness`, with PCSCLITE_CSOCK_NAME. pcscd polls the reader, so the moment at which the
card really went away is nobody's to know; this is the earliest at which a client can. Runs until it is ended.
"""

import time

from smartcard import scard


def main():
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if result != scard.SCARD_S_SUCCESS:
        raise SystemExit(f"the card service does not answer: {scard.SCardGetErrorMessage(result)}")
    _, readers = scard.SCardListReaders(context, [])
    known = scard.SCARD_STATE_UNAWARE
    print("watching", flush=True)
    while True:
        result, changed = scard.SCardGetStatusChange(context, scard.INFINITE, [(readers[0], known)])
        at_s = time.monotonic()
        if result != scard.SCARD_S_SUCCESS:
            raise SystemExit(scard.SCardGetErrorMessage(result))
        state = changed[0][1]
        if known & scard.SCARD_STATE_PRESENT and not state & scard.SCARD_STATE_PRESENT:
            print(repr(at_s), flush=True)
        known = state & ~scard.SCARD_STATE_CHANGED


if __name__ == "__main__":
    main()
