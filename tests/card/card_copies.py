"""New My Number cards from one reading of a citizen's folder: reading keys takes 50 ms, too long for each example."""

import dataclasses
import functools
from pathlib import Path

from sim_hw.card.card import MyNumberCard
from sim_hw.card.contents import CardContents, load

read_once = functools.cache(load)


def new_card(folder: Path) -> MyNumberCard:
    """Return a card of its own, with all tries left."""
    read = read_once(folder)
    pins = {file_id: dataclasses.replace(pin) for file_id, pin in read.pins.items()}
    return MyNumberCard(CardContents(dict(read.files), pins, dict(read.keys)))
