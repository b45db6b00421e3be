"""The graph's view of `community.posts`."""
