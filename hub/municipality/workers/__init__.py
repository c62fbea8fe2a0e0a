"""Worker processes that are kept warm: both sides of their pipe, and pools of them."""
