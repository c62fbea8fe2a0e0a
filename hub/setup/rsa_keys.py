"""RSA-2048 keys in parallel: making one takes a tenth of a second or more, and OpenSSL works outside Python's lock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from hub.files import key_pem, write_new

BITS = 2048
EXPONENT = 65_537


def make_missing_keys(paths: Sequence[Path], say: Callable[[str], None]) -> int:
    """Make a key at each path that does not exist yet; returns how many."""
    missing = [path for path in paths if not path.exists()]
    if not missing:
        return 0
    say(f"making {len(missing)} RSA keys ...")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, made in [(path, pool.submit(_new_pem)) for path in missing]:
            write_new(path, made.result(), secret=True)
    return len(missing)


def _new_pem() -> bytes:
    return key_pem(rsa.generate_private_key(EXPONENT, BITS))
