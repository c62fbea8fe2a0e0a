"""The facts of Koga City (福岡県古賀市, 402231), the sample municipality, as dated changes; a new fact is a new entry.

Not responsible for how they are applied (`rules/rules.py`). Fees, hours and operators: DOMAIN, "Certificates and fees"
and "Hours". The day service began is not in the source: the first day of a fiscal year stands in. Mayor and contact
are specimens.
"""

from datetime import date

from hub.municipality.rules.rules import Change, TypeRule

CODE = "402231"

CHANGES: tuple[Change, ...] = (
    Change(
        on=date(2016, 4, 1),
        sets={
            "name": {"ja": "福岡県古賀市", "en": "Koga City, Fukuoka"},
            "contact": {
                "ja": "古賀市役所 証明窓口（見本）",
                "en": "Koga City Hall, certificate desk (specimen)",
            },
            "mayor_title": "福岡県古賀市長",
            "mayor": "見本　一郎",
            "seal": ("古賀", "市長", "之印"),
            "opens": "06:30",
            "closes": "23:00",
            "closed_days": ("12-29", "01-03"),
            "operators": frozenset({"seven_eleven", "family_mart", "lawson", "circle_k_sunkus", "ministop"}),
            "copies_max": 10,
            "minimum_age_years": 15,
            "type:resident_record": TypeRule(
                fee_yen=250,
                counter_fee_yen=300,
                items=("domicile", "nationality", "relationship", "residence_card", "residence_status"),
                scopes=("self", "household", "members"),
                issued=True,
            ),
            "type:seal_registration": TypeRule(fee_yen=250, counter_fee_yen=300, issued=True),
            "type:family_register": TypeRule(
                fee_yen=400, counter_fee_yen=450, scopes=("whole", "individual"), issued=True
            ),
            "type:family_register_supplement": TypeRule(
                fee_yen=250, counter_fee_yen=300, items=("domicile",), scopes=("whole", "individual"), issued=True
            ),
            "type:income_tax": TypeRule(fee_yen=250, counter_fee_yen=300, issued=True, tax_years=3),
        },
        reason="service begins",
        entered_by="specimen",
    ),
)
