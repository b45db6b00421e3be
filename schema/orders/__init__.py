"""What members bought, in the graph."""
