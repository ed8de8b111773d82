"""What the server tells of itself while it runs: measures, log lines of calls and work, spans.

The inside knows none of it: `server.wiring` wraps ports and use cases by what is here. What the
gateway needs, too, is in `process`.
"""
