"""The graph's view of `community.content`."""
