"""The certificate centre: the only thing a kiosk talks to. Keeps numbers and states, never anything personal."""
