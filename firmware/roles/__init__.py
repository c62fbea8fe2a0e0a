"""What this firmware can be started as: each file puts drivers and application together for one process.

The only place that knows both sides (`DESIGN`, "Who may import what"). Nothing is decided here.
"""
