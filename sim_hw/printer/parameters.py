"""How many parameter bytes follow each ESC and GS letter that this printer knows by length alone.

Source: ESC/POS command reference. Commands with effect on paper or line are interpreted in `parser.py`.
"""

ESC_PARAMETERS = {
    ord(letter): count
    for letter, count in {
        "@": 0, "2": 0, "3": 1, "J": 1, "d": 1,
        " ": 1, "!": 1, "$": 2, "-": 1, "=": 1, "E": 1, "G": 1, "M": 1, "R": 1, "V": 1, "\\": 2,
        "a": 1, "c": 2, "p": 3, "r": 1, "t": 1, "{": 1, "S": 0, "T": 1, "U": 1,
    }.items()
}  # fmt: skip

GS_PARAMETERS = {
    ord(letter): count
    for letter, count in {
        "!": 1, "B": 1, "H": 1, "I": 1, "L": 2, "P": 2, "W": 2, "b": 1, "f": 1, "h": 1, "r": 1, "w": 1,
    }.items()
}  # fmt: skip
