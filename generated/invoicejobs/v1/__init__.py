"""Built by `make generate` from protos/; never edited."""
