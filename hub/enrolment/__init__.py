"""Gives a new kiosk its certificates, once for each token. A server of its own: kiosks in service never talk to it."""
