"""The inquiry site: what it tells of papers, and what strangers may not do to it."""
