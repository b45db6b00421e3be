"""One effect per key: the same request sent again returns its first result."""
