"""Points and credits in the graph: balances, statements, corrections by staff."""
