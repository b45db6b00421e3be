"""Reading what a header prefers (RFC 9110 §12.4.2)."""

import re

QUALITY = re.compile(r"(?:^|;)\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)


def qualities(header: str) -> dict[str, float]:
    """What an Accept or Accept-Encoding header names, in lower case, each with its quality."""
    return {
        name.strip().lower(): float(quality[1]) if (quality := QUALITY.search(parameters)) else 1.0
        for name, _, parameters in (part.partition(";") for part in header.split(","))
    }
