"""How far a referral has come, and what the review says of it."""

from community.kernel.words import Word


class Stage(Word):
    """A friend's way: signed up, qualified, rewarded; or it ended before."""

    SIGNED_UP = "signed_up", "The friend joined and has not qualified yet."
    QUALIFIED = "qualified", "The friend qualified; the reward is held, or waits for a review."
    REWARDED = "rewarded", "The holding period is over and the reward is kept."
    REJECTED = "rejected", "It was found not to be honest, or not to count: nothing is given."
    REVERSED = "reversed", "What it was rewarded for was refunded: what was given is taken back."


class Review(Word):
    """Whether people have to look at a referral."""

    CLEAR = "clear", "Nothing is suspicious."
    WAITING = "waiting", "Something is doubtful: staff decide. Nothing is given until then."
    APPROVED = "approved", "Staff looked at it and found it honest."
    REJECTED = "rejected", "Staff looked at it and found that it does not count."
    REFUSED = "refused", "A sign was sure enough to refuse it without a look."
