"""The inquiry site: whoever gets a certificate uploads a scan of it and learns what the centre issued.

Uploads live in memory only, and only as long as the answer takes. Source: `docs/reference/inquiry.md`.
"""
