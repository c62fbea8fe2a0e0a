"""`python -m hub COMMAND`: one file for commands that need the same libraries, imported when one of them is chosen."""
