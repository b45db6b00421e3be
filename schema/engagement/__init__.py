"""What members do and what it earns, in the graph."""
