"""The outside world on loopback, each supplier its own process that speaks the supplier's wire and is stricter.

Nothing here imports the router, so that a misreading there is caught here. See docs/simulators.md.
"""
