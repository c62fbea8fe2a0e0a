"""The accounts between which amounts move, and which entry is between which two.

Written for the municipality's books: fees are its income, commission and charge its costs. Not responsible for when.
"""

from collections.abc import Mapping
from types import MappingProxyType

ESCROW = "kiosk:escrow"  # coins that can still go back
BOX = "kiosk:cash_box"  # coins that were kept
PAYER = "payer:held"  # what is owed to whoever paid, until the paper is printed
FEES = "municipality:fees"
COMMISSION = "municipality:commission"
OPERATOR = "operator:payable"
CHARGE = "municipality:centre_charge"
CENTRE = "centre:payable"
MEMORANDUM = "memorandum"  # both sides of an entry without an amount

# kind -> (debit, credit)
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "fee_escrowed": (ESCROW, PAYER),
        "fee_kept": (BOX, ESCROW),
        "fee_earned": (PAYER, FEES),
        "commission": (COMMISSION, OPERATOR),
        "fee_returned": (PAYER, ESCROW),
        "fee_repaid": (FEES, BOX),
        "commission_reversed": (OPERATOR, COMMISSION),
        "voided": (MEMORANDUM, MEMORANDUM),
        "centre_charge": (CHARGE, CENTRE),
    }
)
