"""`python -m hub.scramble.mixing`: compile and learn now, so that the first certificate need not wait for it."""

from hub.scramble.mixing.primed import DIGESTS, taught


def main() -> None:
    """Make every head's state ready; raises ModelError."""
    for width in DIGESTS:
        with taught(width):
            pass


if __name__ == "__main__":
    main()
