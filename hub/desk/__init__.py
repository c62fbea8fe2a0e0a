"""The desks: web pages without scripts for named people of the centre and of a municipality's office, on loopback."""
