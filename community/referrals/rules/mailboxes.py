"""Whether two e-mail addresses are one mailbox, and whether a mailbox is one that is thrown away.

The list of throw-away domains is kept by others (disposable-email-domains).
"""

import re

from disposable_email_domains import blocklist

from community.kernel.text import fold

IGNORES_DOTS = frozenset({"gmail.com"})
SAME_DOMAIN = {"googlemail.com": "gmail.com", "me.com": "icloud.com", "mac.com": "icloud.com"}
_DIGITS = re.compile(r"[\d._-]+")


def mailbox(email: str) -> str:
    """Where mail to this address ends up: without what follows a plus, and without dots where they do not count."""
    local, _, domain = fold(email).strip().rpartition("@")
    domain = SAME_DOMAIN.get(domain, domain)
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if domain in IGNORES_DOTS else local}@{domain}"


def look_alike(one: str, other: str) -> bool:
    """Whether two mailboxes at one domain differ in digits and dots only, as when somebody makes them in a row."""
    (local, _, domain), (other_local, _, other_domain) = mailbox(one).rpartition("@"), mailbox(other).rpartition("@")
    stem = _DIGITS.sub("", local)
    return domain == other_domain and len(stem) >= 3 and stem == _DIGITS.sub("", other_local)


def is_disposable(email: str) -> bool:
    """Whether the mailbox belongs to a service for throwing them away, or to a part of one."""
    labels = fold(email).strip().rpartition("@")[2].split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
