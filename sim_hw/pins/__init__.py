"""The bench's side of the pins: the socket, and what is wired to it."""
