"""GraphiQL for browsers that open the endpoint: the page, its assets, its examples. Nothing comes from another host."""

from api.graphiql.assets import routes
from api.graphiql.operations import Example
from api.graphiql.page import graphiql_page, page, wants_page

__all__ = ["Example", "graphiql_page", "page", "routes", "wants_page"]
