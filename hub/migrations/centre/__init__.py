"""The steps of the centre's database, each a file."""
