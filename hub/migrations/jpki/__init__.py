"""The steps of the JPKI centre's database, each a file."""
