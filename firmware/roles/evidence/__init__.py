"""`kiosk evidence`: what the operator does with the camera's film, and what the fitter sees of its view.

Not responsible for filming (`app/recorder/main.py`). Format and procedure: `docs/reference/evidence.md`.
"""
