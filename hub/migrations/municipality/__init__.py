"""The steps of a municipality's registers, each a file."""
