"""House rules as tests: what may import what, and how large a file may be."""
