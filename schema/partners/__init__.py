"""Partners in the graph: what they see of themselves, what they report, what staff decide and pay."""
