"""Random documents over real and toy schemas, run by compiled code and by graphql-core: the answers are the same."""
