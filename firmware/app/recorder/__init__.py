"""The recorder process: films, keeps the last seconds in memory, and writes encrypted evidence when told to."""
