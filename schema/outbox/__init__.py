"""The graph's view of `community.outbox`."""
