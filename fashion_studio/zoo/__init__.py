"""Networks, their explicit registry, and checkpoint bundles."""
