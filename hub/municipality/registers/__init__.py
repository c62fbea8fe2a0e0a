"""The registers of a municipality: residents, seals, families, tax, registrations; read as one consistent snapshot."""
