"""Where orders come from: read from the platform's JSON, taken from our own database."""
