"""From a decided certificate to its content: the table of types. A new type is an entry here, a page and a template.

Not responsible for what stands on a page (`pages/`).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from hub.municipality.pages import (
    family_register,
    family_register_supplement,
    income_tax,
    resident_record,
    seal_registration,
)
from hub.municipality.pages.page import Draft

CONTENTS: Mapping[str, Callable[[Draft], dict[str, Any]]] = MappingProxyType(
    {
        "resident_record": resident_record.content,
        "seal_registration": seal_registration.content,
        "family_register": family_register.content,
        "family_register_supplement": family_register_supplement.content,
        "income_tax": income_tax.content,
    }
)


def page_content(draft: Draft) -> dict[str, Any]:
    """Return the content of a decided certificate, for the template of its type."""
    return CONTENTS[draft.order.type](draft)
