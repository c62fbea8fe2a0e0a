"""Tests of the municipal issuing server."""
