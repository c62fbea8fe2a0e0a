"""The office that receives a certificate: it scans the strip as scanners do and uploads it to the inquiry site.

Not responsible for what the site answers. The scan is a kind one; worse ones are in `tests/scramble/channel`.
"""

from __future__ import annotations

import io
import re

import httpx
from PIL import Image, ImageFilter

DPI, DOTS_PER_INCH = 300, 203.2
PAPER, INK = 238, 30
SKEW_DEGREES = 1.7
JPEG_QUALITY = 80
_VERDICT = re.compile(r'data-verdict="([a-z_]+)"')
ANSWER_S = 180.0


def scanned(strip: Image.Image) -> bytes:
    """Scan a strip (one dot a sample, black is 0) at 300 dpi, not quite straight; returns a JPEG."""
    margin = 60
    sheet = Image.new("L", (strip.width + 2 * margin, strip.height + 2 * margin), PAPER)
    sheet.paste(strip.convert("L").point([INK, *[PAPER] * 255]), (margin, margin))
    size = (round(sheet.width * DPI / DOTS_PER_INCH), round(sheet.height * DPI / DOTS_PER_INCH))
    picture = sheet.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.6))
    picture = picture.rotate(SKEW_DEGREES, Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY, dpi=(DPI, DPI))
    return out.getvalue()


async def inquired(site_url: str, scan: bytes) -> tuple[str, str]:
    """Upload a scan of front and back; returns the site's verdict and its page (HTML)."""
    async with httpx.AsyncClient(base_url=site_url, trust_env=False, timeout=ANSWER_S) as site:
        answer = await site.post("/?lang=en", files={"back": ("scan.jpg", scan, "image/jpeg")})
    found = _VERDICT.search(answer.text)
    return (found[1] if found else f"HTTP {answer.status_code}"), answer.text
