"""A compressor for pages of dots that knows what certificates look like: context mixing in integers.

    data = compress(page_bits, 576, rows)              # about a third of JBIG1
    page_bits = decompress(data, 576, rows)

Every operation is on integers, so encoder and decoder agree on every machine; what was learnt beforehand is a numbered
file beside the code, and a digest says whether this machine learns the same from it. Compiles at first use (numba).
Format: `docs/reference/scramble.md`, "Mixing coder".
"""
