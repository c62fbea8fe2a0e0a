"""Makes the file of what the mixing coder knows beforehand: `python -m tests.scramble.primer FILE`.

From certificates of test people whom neither tests nor bench measure with. Prints the digests for `primed.py`. A file
that panels were printed with is never made again: templates change, and old panels must stay readable.
"""

import sys
from pathlib import Path

from hub.municipality.bench import render_page, sample_content
from hub.scramble.mixing.coder import encode
from hub.scramble.mixing.mixer import untaught
from hub.scramble.mixing.primed import DIGESTS, digest_of, packed

DOCUMENT = "7c1f93ab5de80246b9a3fe6d1c5870b2"
ITEMS = {"resident_record": ("domicile", "relationship")}
PAGES = (
    ("large_family", "resident_record", "household"),
    ("foreign", "resident_record", "household"),
    ("large_family", "family_register", "whole"),
    ("large_family", "income_tax", "self"),
    ("large_family", "seal_registration", "self"),
    ("large_family", "family_register_supplement", "whole"),
)


def main(path):
    parts = []
    for width in DIGESTS:
        state, pages = untaught(), []
        for citizen, kind, scope in PAGES:
            content = sample_content(citizen, width, scope, ITEMS.get(kind, ()), kind=kind, document_id=DOCUMENT)
            page = render_page(content)
            pages.append((page.height_rows, encode(state, page.dots, width, page.height_rows)))
        parts.append(packed(pages))
        print(f"    {width}: {digest_of(state)!r},")
    Path(path).write_bytes(b"".join(parts))


if __name__ == "__main__":
    main(sys.argv[1])
