"""Running operations: compiled where that is possible, by graphql-core where not, from the same declarations."""
