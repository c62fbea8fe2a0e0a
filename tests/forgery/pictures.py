"""Draws the pictures of `docs/forgery/` anew: `python -m tests.forgery.pictures`."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hub.centre.back_panel import FONT
from hub.forgery.background import Background, coarse_plane, drawn_over, fine_plane, letters_plane, unpacked
from hub.forgery.optics import EYE_MM, Head, blurred, developed, difference_of_visibility, gain_mm, printed
from tests.forgery.sample import page

OUT = Path(__file__).parents[2] / "docs" / "forgery"
SEED, ID = bytes(range(32)), "0f" * 16
CASES = (
    (Head(turning=0.36), (3, (6, 6)), "3; 6 x 6 (3/6 um)", (180, 30, 30)),
    (Head(heat_mm=0.045, turning=0.23), (3, (6, 5)), "3; 6 x 5 (20/26 um)", (30, 90, 180)),
    (Head(heat_mm=0.045, turning=0.18), (4, (7, 7)), "4; 7 x 7 (31/36 um)", (20, 130, 60)),
)
BLURS_MM = np.arange(0, 0.125, 0.01)
TONE = (0.55, 0.05)


def areas(head, pitches):
    """Ink of a printed background without a page, and where its letters are."""
    letters = letters_plane(700, 576)
    background = Background(ID, SEED, *pitches)
    dots = np.where(letters, coarse_plane(700, 576, pitches[1]), fine_plane(700, 576, background))
    return printed(dots, head, np.random.default_rng(1)), letters


def curve(head, pitches):
    """Visibility on the paper, and in copies of each blur."""
    ink, letters = areas(head, pitches)
    copies = [developed(blurred(ink, blur) if blur else ink, *TONE) for blur in BLURS_MM]
    return [difference_of_visibility(blurred(each, EYE_MM), letters) for each in (ink, *copies)]


def plot(path):
    width, height, left, bottom, top = 900, 520, 70, 460, 30
    picture = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(str(FONT), 18)

    def at(blur_mm, value):
        return left + blur_mm / 0.12 * 780, bottom - value / 15 * (bottom - top)

    for value in (0, 5, 10, 15):
        draw.line((*at(0, value), *at(0.12, value)), fill=(200, 200, 200) if value != 5 else (90, 90, 90))
        draw.text((left - 10, at(0, value)[1]), str(value), fill="black", font=font, anchor="rm")
    for blur_um in range(0, 121, 20):
        draw.text((at(blur_um / 1000, 0)[0], bottom + 12), str(blur_um), fill="black", font=font, anchor="mt")
    draw.line((*at(0.06, 0), *at(0.06, 15)), fill=(90, 90, 90))
    draw.text((left + 780, bottom + 34), "blur of the copier, sigma in um", fill="black", font=font, anchor="rt")
    draw.text((left - 50, 4), "d' after an eye blur of 0.25 mm; dots: on the paper itself", fill="black", font=font)
    for number, (head, pitches, name, colour) in enumerate(CASES):
        paper, *copies = curve(head, pitches)
        draw.line([at(blur, value) for blur, value in zip(BLURS_MM, copies, strict=True)], fill=colour, width=3)
        x, y = at(0, paper)
        draw.ellipse((x - 6, y - 6, x + 6, y + 6), fill=colour)
        draw.text((left + 20, top + 12 + 24 * number), f"{name}: on the paper {paper:.2f}", fill=colour, font=font)
        print(
            name, f"{paper:.2f}", [f"{value:.1f}" for value in copies], [round(1e3 * gain_mm(head, n)) for n in (1, 2)]
        )
    picture.save(path, optimize=True)


def comparison(path):
    """One place of a page: the dots, at arm's length, and a photocopy at arm's length."""
    background = Background(ID, SEED)
    dots = unpacked(drawn_over(page(), 576, background), 576)
    ink = printed(dots, CASES[0][0], np.random.default_rng(2))
    copy = developed(blurred(ink, 0.07), *TONE)
    views = [ink[: 90 * 4, : 144 * 4 // 2 + 72], blurred(ink, EYE_MM), blurred(copy, EYE_MM)]
    sides = [cv2.resize(views[0], (576, 576), interpolation=cv2.INTER_AREA)]
    sides += [cv2.resize(view, (576, 800), interpolation=cv2.INTER_AREA)[:576] for view in views[1:]]
    whole = Image.new("L", (3 * 576 + 40, 576), 255)
    for number, side in enumerate(sides):
        grey = np.clip(250 - 220 * side, 0, 255).astype(np.uint8)
        whole.paste(Image.fromarray(grey), (number * 596, 0))
    whole.quantize(16).save(path, optimize=True)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    plot(OUT / "visibility.png")
    comparison(OUT / "background.png")
