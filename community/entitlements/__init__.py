"""What a member may use: rights by feature key, each with its sources, each source with its own end."""
