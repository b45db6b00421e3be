"""What engagement tells: effects, the rules in force, leaderboards, views."""

from community.engagement.queries.effects import EFFECTS, Awaited, Earned, Effects, Refused, effects_of, effects_of_all
from community.engagement.queries.leaderboards import LeaderView, Standings, leaderboard
from community.engagement.queries.programmes import PublishedProgramme, programme_at, programmes
from community.engagement.queries.views import viewers_of_each

__all__ = [
    "EFFECTS",
    "Awaited",
    "Earned",
    "Effects",
    "LeaderView",
    "PublishedProgramme",
    "Refused",
    "Standings",
    "effects_of",
    "effects_of_all",
    "leaderboard",
    "programme_at",
    "programmes",
    "viewers_of_each",
]
