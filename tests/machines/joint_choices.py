"""What a person in the joint world touches on each page, and where trouble is worth its while."""

from firmware.app.clerk import state as cs
from firmware.app.kiosk import state as ks

Q = cs.Question
SENSIBLE = {
    Q.CONSENT: ("agree",),
    Q.MUNICIPALITY: ("municipality:1", "municipality:2"),
    Q.LAST_TRY: ("yes",),
    Q.ENTER_PIN: ("digit", "digit", "next"),
    Q.CHOOSE_TYPE: ("type:resident_record", "type:income_tax", "type:family_register", "registration"),
    Q.CHOOSE_YEAR: ("year:2026",),
    Q.CHOOSE_SCOPE: ("scope:self", "scope:members", "scope:individual"),
    Q.CHOOSE_PERSONS: ("person:0", "person:1", "next"),
    Q.CHOOSE_ITEMS: ("next", "item:domicile"),
    Q.CHOOSE_COPIES: ("next", "copies:2"),
    Q.PREVIEW: ("next",),
    Q.CONFIRM: ("next",),
    Q.REFUSED: ("another", "next"),
    Q.HISTORY: ("back",),
    Q.REGISTRATION: ("back", "register", "register", "register"),
    Q.REGISTER_CONFIRM: ("next",),
    Q.REGISTERED: ("next",),
}
WORTH_A_FAULT = (
    *(ks.Collecting, ks.Lending, ks.Printing, ks.Receipting, ks.AwaitingPickup),
    *(ks.LendingForSlip, ks.PrintingSlip, ks.AwaitingSlip),
)
