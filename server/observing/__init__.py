"""What the server tells of itself while it runs: logs, traces and measures.

The inside knows none of it: `server.wiring` wraps ports and use cases by what is here. What the
gateway needs, too (logs, trace, export, exposition), stands in `gateway.observing` again, word for
word: the two processes share nothing but the contract, and a test keeps the copies the same.
"""
