"""The graph's view of `community.webhooks`."""
