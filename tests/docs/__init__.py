"""The site of docs/: what is written from the code, what is made while it is built, and the tests of both."""
