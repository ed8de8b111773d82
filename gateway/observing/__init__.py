"""What the gateway tells of itself while it runs: logs, traces and measures.

What the server needs, too (logs, trace, export, exposition), stands in `server.observing` again,
word for word: the two processes share nothing but the contract, and a test keeps the copies the
same.
"""
