"""The graph's view of `community.members`."""
