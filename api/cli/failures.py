"""Why a command cannot go on, where that is no mistake of whoever typed it."""


class Unreachable(Exception):
    """PostgreSQL does not answer, does not let us in, or is too old. The text says which."""


class Unmigrated(Exception):
    """The database has not the shape that this code needs."""
