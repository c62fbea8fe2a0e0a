"""How the mixing coder's functions are compiled: integers on arrays that somebody else owns.

Without numba's counting of references (`_nrt`): it would count up and down at each use of an array, a third of the
time of a page. Such functions may not make arrays; their callers do.
"""

from typing import Any

import numba

_jit: Any = numba.njit
compiled: Any = _jit(_nrt=False, nogil=True)
inlined: Any = _jit(_nrt=False, nogil=True, inline="always")
kept: Any = _jit(_nrt=False, nogil=True, cache=True)  # for what Python calls
