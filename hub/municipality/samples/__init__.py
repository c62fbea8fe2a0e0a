"""The invented municipalities and people that `hub init` makes, and plausible ones by the thousand."""
