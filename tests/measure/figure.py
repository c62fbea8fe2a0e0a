"""One measured figure."""

from statistics import median


def figure(values, unit, against, digits=1):
    """Median of `values`, as an entry of bench.json; `against` says what it was compared with."""
    return {"value": round(median(values), digits), "unit": unit, "n": len(values), "against": against}
