"""Orders and queries as a municipality reads them, whose data they ask for, and that none is answered twice."""
