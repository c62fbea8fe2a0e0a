"""The pages of the dialogue with one person: a function for each view name of the screen protocol.

Each takes the texts of the present language and plain parameters, and returns the whole view. Not responsible for: the
order of pages, for time limits (`countdown_s` only shows one), nor for the kiosk's own pages (`idle_pages`).
"""

from firmware.app.screens.pages.arrival import (
    MunicipalityChoice,
    consent,
    enter_pin,
    hold_card,
    last_try,
    municipality,
    pin_locked,
    take_card,
    wait,
)
from firmware.app.screens.pages.building import STEPS
from firmware.app.screens.pages.choosing import (
    COPIES_MAX,
    PersonChoice,
    TypeChoice,
    choose_copies,
    choose_items,
    choose_persons,
    choose_scope,
    choose_type,
    choose_year,
)
from firmware.app.screens.pages.ending import SORRY_CAUSES, Money, sorry
from firmware.app.screens.pages.history import Issue, history
from firmware.app.screens.pages.ordering import (
    Order,
    confirm,
    issuing,
    pay,
    pay_after_card,
    preview,
    printing,
    take_paper,
    thanks,
)
from firmware.app.screens.pages.registration import (
    Request,
    printing_slip,
    register_birth,
    register_confirm,
    register_name,
    register_phone,
    registered,
    registration,
    take_slip,
)

__all__ = [
    "COPIES_MAX",
    "SORRY_CAUSES",
    "STEPS",
    "Issue",
    "Money",
    "MunicipalityChoice",
    "Order",
    "PersonChoice",
    "Request",
    "TypeChoice",
    "choose_copies",
    "choose_items",
    "choose_persons",
    "choose_scope",
    "choose_type",
    "choose_year",
    "confirm",
    "consent",
    "enter_pin",
    "history",
    "hold_card",
    "issuing",
    "last_try",
    "municipality",
    "pay",
    "pay_after_card",
    "pin_locked",
    "preview",
    "printing",
    "printing_slip",
    "register_birth",
    "register_confirm",
    "register_name",
    "register_phone",
    "registered",
    "registration",
    "sorry",
    "take_card",
    "take_paper",
    "take_slip",
    "thanks",
    "wait",
]
