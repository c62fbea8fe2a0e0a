"""Making a data directory: keys, certificates, key list, test cards. Nothing that exists is ever overwritten."""
