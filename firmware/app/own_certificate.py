"""Whether a certificate of this kiosk has ended, as the centre would find: it is shown to OpenSSL in a TLS of its own.

Both ends are in memory. The kiosk process asks when the centre does not answer, and a library that reads certificates
would cost it 7 MiB. Not responsible for what the centre thinks of it, nor for how long it is still good (`doctor`).
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HAS_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED, openssl/x509_vfy.h
_FLIGHTS = 4


def has_expired(ca: Path, certificate: Path, key: Path) -> bool:
    """Tell whether it has ended by this machine's clock; False for files that cannot be used: another fault."""
    shower, checker = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shower.check_hostname = False
    shower.verify_mode = ssl.CERT_NONE  # the other end is this function
    checker.verify_mode = ssl.CERT_REQUIRED
    try:
        checker.load_verify_locations(ca)
        for context in (shower, checker):
            context.load_cert_chain(certificate, key)
    except OSError:
        return False
    return _verdict(shower, checker) == _HAS_EXPIRED


def _verdict(shower: ssl.SSLContext, checker: ssl.SSLContext) -> int:
    """Shake hands in memory; return the checker's X509 error, 0 when it found none."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (shower.wrap_bio(down, up), checker.wrap_bio(up, down, server_side=True))
    for _ in range(_FLIGHTS):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error.verify_code
            except ssl.SSLError:
                return 0
    return 0
