"""A test JPKI centre: two certification authorities, their register of certificates, OCSP and revocation lists.

Shaped like the Japanese public individual authentication service; every name in it says TEST.
"""
