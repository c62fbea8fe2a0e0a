"""Dots to JBIG1 (ITU-T T.82) and back, by Markus Kuhn's jbigkit: Debian's libjbig0, called through its own interface.

The library and not `pbmtojbg`: no process and no file for each page, and 6 ms instead of 20. Its state structures are
opaque here; the buffers given for them are larger than any version's. Only data that was authenticated is decoded.
Not responsible for anything that is not one plane of dots. Source: `jbig.h` of jbigkit 2.1.
"""

import ctypes
from functools import cache
from typing import Any

_STATE_BYTES = 16384
_ORDER_SEQUENTIAL = 0  # one resolution layer: order bits do not matter
_TYPICAL_PREDICTION_BOTTOM = 8  # JBG_TPBON
_MEAN_X_MAX = 8
_OK = 0
_OK_INTERMEDIATE = 2
_Sink = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_ubyte), ctypes.c_size_t, ctypes.c_void_p)


class BadImageData(ValueError):
    """The bytes are not one JBIG1 picture of the size that was expected."""


def compress(dots: bytes, width: int, height: int) -> bytes:
    """Compress `height` rows of `width` dots (a multiple of 8), most significant bit left, 1 = black."""
    if width % 8 or len(dots) != width // 8 * height or not height:
        raise ValueError(f"{len(dots)} bytes are not {height} rows of {width} dots")
    library = _library()
    state = ctypes.create_string_buffer(_STATE_BYTES)
    plane = ctypes.create_string_buffer(dots, len(dots))
    planes = (ctypes.c_void_p * 1)(ctypes.addressof(plane))
    out = bytearray()

    def take(start: Any, size: int, _: Any) -> None:
        out.extend(ctypes.string_at(start, size))

    sink = _Sink(take)
    library.jbg_enc_init(state, width, height, 1, planes, sink, None)
    library.jbg_enc_layers(state, 0)
    library.jbg_enc_options(state, _ORDER_SEQUENTIAL, _TYPICAL_PREDICTION_BOTTOM, height, _MEAN_X_MAX, 0)
    library.jbg_enc_out(state)
    library.jbg_enc_free(state)
    return bytes(out)


def decompress(data: bytes, width: int, height: int) -> bytes:
    """Undo `compress`; raises BadImageData."""
    library = _library()
    state = ctypes.create_string_buffer(_STATE_BYTES)
    library.jbg_dec_init(state)
    try:
        library.jbg_dec_maxsize(state, width, height)
        status = library.jbg_dec_in(state, data, len(data), None)
        size = (library.jbg_dec_getwidth(state), library.jbg_dec_getheight(state))
        if status not in {_OK, _OK_INTERMEDIATE} or size != (width, height):
            raise BadImageData(f"jbigkit status {status}, size {size}, expected {(width, height)}")
        start = library.jbg_dec_getimage(state, 0)
        if not start:
            raise BadImageData("jbigkit gave no picture")
        return ctypes.string_at(start, width // 8 * height)
    finally:
        library.jbg_dec_free(state)


@cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libjbig.so.0")
    except OSError as error:
        raise OSError("libjbig.so.0 is missing: apt-get install libjbig0") from error
    library.jbg_dec_getimage.restype = ctypes.c_void_p
    for name in ("jbg_dec_getwidth", "jbg_dec_getheight"):
        getattr(library, name).restype = ctypes.c_ulong
        getattr(library, name).argtypes = [ctypes.c_void_p]
    number, pointer, size = ctypes.c_ulong, ctypes.c_void_p, ctypes.c_size_t
    library.jbg_enc_init.argtypes = [pointer, number, number, ctypes.c_int, pointer, _Sink, pointer]
    library.jbg_enc_layers.argtypes = [pointer, ctypes.c_int]
    library.jbg_enc_options.argtypes = [pointer, ctypes.c_int, ctypes.c_int, number, ctypes.c_int, ctypes.c_int]
    library.jbg_dec_maxsize.argtypes = [pointer, number, number]
    library.jbg_dec_in.argtypes = [pointer, ctypes.c_char_p, size, pointer]
    library.jbg_dec_getimage.argtypes = [pointer, ctypes.c_int]
    return library
