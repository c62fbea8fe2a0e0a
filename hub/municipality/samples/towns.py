"""The municipalities that `hub init` makes: Koga, and two invented ones with other fees, hours, operators and types.

Not responsible for their residents (`sample_register.py`, `plausible.py`). Codes 999016 and 999024 belong to nobody:
no prefecture has the number 99.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from hub.municipality.rules.rules import Change, TypeRule
from hub.municipality.samples import koga

_AOBA = (
    Change(
        on=date(2021, 10, 1),
        sets={
            "name": {"ja": "見本県青葉市", "en": "Aoba City (specimen)"},
            "contact": {"ja": "青葉市役所 市民課（見本）", "en": "Aoba City Hall, residents' desk (specimen)"},
            "mayor_title": "見本県青葉市長",
            "mayor": "見本　青葉",
            "seal": ("青葉", "市長", "之印"),
            "opens": "06:30",
            "closes": "23:00",
            "closed_days": ("12-29", "01-03"),
            "operators": frozenset({"seven_eleven", "family_mart", "lawson"}),
            "copies_max": 5,
            "minimum_age_years": 15,
            "type:resident_record": TypeRule(
                fee_yen=200,
                counter_fee_yen=300,
                items=("domicile", "nationality", "relationship", "residence_card", "residence_status"),
                scopes=("self", "household", "members"),
                issued=True,
            ),
            "type:seal_registration": TypeRule(fee_yen=200, counter_fee_yen=300, issued=True),
            "type:family_register": TypeRule(
                fee_yen=450,
                counter_fee_yen=450,
                scopes=("whole", "individual"),
                issued=True,
                hours=("09:00", "17:00"),
                weekdays_only=True,
            ),
            "type:family_register_supplement": TypeRule(
                fee_yen=300,
                counter_fee_yen=300,
                items=("domicile",),
                scopes=("whole", "individual"),
                issued=True,
                hours=("09:00", "17:00"),
                weekdays_only=True,
            ),
        },
        reason="service begins",
        entered_by="specimen",
    ),
    Change(
        on=date(2024, 4, 1),
        sets={
            "type:income_tax": TypeRule(fee_yen=200, counter_fee_yen=300, issued=True, tax_switch="06-10", tax_years=2)
        },
        reason="council decision: income tax certificates at kiosks",
        entered_by="specimen",
    ),
)

_UMIBE = (
    Change(
        on=date(2025, 4, 1),
        sets={
            "name": {"ja": "見本県海辺町", "en": "Umibe Town (specimen)"},
            "contact": {"ja": "海辺町役場 住民係（見本）", "en": "Umibe Town Hall, residents' desk (specimen)"},
            "mayor_title": "見本県海辺町長",
            "mayor": "見本　渚",
            "seal": ("海辺", "町長", "之印"),
            "opens": "08:00",
            "closes": "20:00",
            "closed_days": ("12-28", "01-04"),
            "operators": frozenset({"lawson"}),
            "copies_max": 3,
            "minimum_age_years": 15,
            "registration": False,
            "type:resident_record": TypeRule(
                fee_yen=150,
                counter_fee_yen=200,
                items=("domicile", "relationship"),
                scopes=("self", "household"),
                issued=True,
            ),
            "type:seal_registration": TypeRule(fee_yen=150, counter_fee_yen=200, issued=True),
            "type:family_register": TypeRule(fee_yen=450, counter_fee_yen=450),
        },
        reason="service begins",
        entered_by="specimen",
    ),
)

TOWNS: Mapping[str, tuple[Change, ...]] = MappingProxyType({koga.CODE: koga.CHANGES, "999016": _AOBA, "999024": _UMIBE})
