"""The two numbers that never stand on a certificate: 個人番号 (My Number) and 住民票コード; how to find them in a text.

Not responsible for what is done when one is found (`signer/signer.py`). Check digit of the My Number: 総務省令第85号
of 2014, article 5. Rule: DOMAIN, "My Number is never printed at Koga; 住民票コード never prints".
"""

import re
import unicodedata
from collections.abc import Iterable

MY_NUMBER_DIGITS = 12
RESIDENT_CODE_DIGITS = 11
# Digits that a reader would take for one number: at most one space, dash or middle dot between two of them.
_RUN = re.compile(r"\d(?:[ \-‐‑–—−・]?\d){10,}")


def check_digit(first_eleven: str) -> int:
    """Return the twelfth digit of a My Number, from its first eleven."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(first_eleven, weights, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


def is_my_number(digits: str) -> bool:
    """Whether twelve ASCII digits are a valid My Number."""
    return len(digits) == MY_NUMBER_DIGITS and check_digit(digits[:11]) == int(digits[11])


def forbidden_number(text: str, known: Iterable[str] = ()) -> str | None:
    """Tell what forbidden number `text` holds: `my_number`, `resident_code`, `known` or None.

    `known` are the printed persons' own numbers: they are found however they are broken up, the others as one run of
    digits (full width digits and single separators included).
    """
    flat = unicodedata.normalize("NFKC", text)
    for match in _RUN.finditer(flat):
        digits = re.sub(r"\D", "", match.group())
        if any(is_my_number(digits[at : at + MY_NUMBER_DIGITS]) for at in range(len(digits) - MY_NUMBER_DIGITS + 1)):
            return "my_number"
        if len(digits) == RESIDENT_CODE_DIGITS:
            return "resident_code"
    all_digits = "".join(re.findall(r"\d", flat))
    return "known" if any(number in all_digits for number in known) else None
