"""Why something does not run compiled."""


class Surprise(Exception):
    """Something that compiled code does not complete by itself: errors, a wrong value, an unusual one.

    graphql-core completes the operation then, with all that was resolved so far, and knows the words for errors.
    """


class NotCompiled(Exception):
    """The operation is left to graphql-core from the start. The text says why."""


class Nulled(Exception):
    """An error took all the data with it."""
