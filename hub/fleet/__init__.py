"""The fleet of kiosks, as it is seen over MQTT: a page, figures for Prometheus, signed commands."""
