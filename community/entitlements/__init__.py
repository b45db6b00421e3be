"""What a member may use: rights by feature key, each with the sources that grant it and their ends."""
