"""One round of the guard: look at the lines, sound and shine as its machine says. On the board and in tests."""

from guard import Guard


class Watch:
    """The machine between a board and its clock; `board` has `levels()`, `sound(hz)` and `light(on)`."""

    def __init__(self, board, now_ms):
        self._board = board
        self._guard = Guard(board.levels(), now_ms)

    def round(self, now_ms):
        """Look once; returns the state."""
        state = self._guard.look(self._board.levels(), now_ms)
        self._board.sound(self._guard.buzzer(now_ms))
        self._board.light(self._guard.light())
        return state
