"""The graph's view of `community.idempotency`."""
