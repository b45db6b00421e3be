"""The graph's view of `community.access`."""
