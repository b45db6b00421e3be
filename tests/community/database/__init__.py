"""The database layer: what it promises, on a real PostgreSQL, also when the line to it is bad."""
