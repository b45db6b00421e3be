"""What a new server can show: sixty members and two thousand posts, made through the same verbs that members use."""

from api.demo.people import PASSWORD, PEOPLE, STAFF, Person
from api.demo.seeding import is_seeded, seed, steps

__all__ = ["PASSWORD", "PEOPLE", "STAFF", "Person", "is_seeded", "seed", "steps"]
