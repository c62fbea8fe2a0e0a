"""The thermal printer over ESC/POS: `job.EscposJob` for the clerk, `watch.EscposWatch` for the kiosk.

The two differ in how they reach it: a job through python-escpos (`transport.py`), the watch without (`direct.py`),
because the library costs the always-on process 10.6 MiB for what one `connect` does.
"""
