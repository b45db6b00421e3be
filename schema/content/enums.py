"""The words of content, as the graph shows them."""

from community.content.queries import Because
from community.content.rules.access import Flaw, OfferKind, Reason, Visibility
from community.content.rules.bodies import Place
from community.content.rules.life import Kind, Status
from community.content.rules.uploads import Flaw as FileFlaw
from community.content.rules.uploads import MediaKind
from schema.enums import graph_enum

graph_enum(Kind, "What an item is.", name="ContentKind")
graph_enum(Status, "Where an item is in its life.", name="ContentStatus")
graph_enum(Visibility, "Whom an item asks for.", name="ContentVisibility")
graph_enum(Reason, "Why you may see something, or why not.", name="AccessReason")
graph_enum(OfferKind, "What would open something to you.", name="AccessOfferKind")
graph_enum(Because, "Why something is recommended to you.", name="RecommendationReason")
graph_enum(Flaw, "What is wrong with access terms.", name="TermsFlaw")
graph_enum(FileFlaw, "How a file differs from what was announced.", name="FileFlaw")
graph_enum(MediaKind, "What a file is to its readers.")
graph_enum(
    Place,
    "Where a part of a body stands.",
    {Place.PREVIEW: "Above the wall: free, unless it has a gate of its own.", Place.WALLED: "Behind the wall."},
    name="PartPlace",
)
