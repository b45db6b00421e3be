"""The contract: GraphQL names, shapes and prices over `community`. No rule, no row, no SQL."""
