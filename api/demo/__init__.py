"""What a new server can show: members, posts and orders, made through the same verbs that members and tills use."""

from api.demo.people import ON_TIERS, PASSWORD, PEOPLE, STAFF, TIERS, Person
from api.demo.seeding import is_seeded, seed, steps

__all__ = ["ON_TIERS", "PASSWORD", "PEOPLE", "STAFF", "TIERS", "Person", "is_seeded", "seed", "steps"]
