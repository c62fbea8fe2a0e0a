"""Many kiosks in one process, for brokers and dashboards: they speak the contract of docs/reference/mqtt.md."""
