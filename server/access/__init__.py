"""Who may call: tokens checked and written, the keys for both, and hashes of secrets."""
