"""Tests of the scrambled image, and the print-scan channel they and the bench send it through."""
