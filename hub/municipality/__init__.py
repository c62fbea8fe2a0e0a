"""The municipal issuing server of the sample municipality, Koga City: the only part of the hub that knows people."""
