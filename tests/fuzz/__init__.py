"""Fuzzing: every parser of bytes that come from outside, by Hypothesis and by the coverage-guided fuzzer atheris."""
