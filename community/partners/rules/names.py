"""What a partner and its payments can be called."""

from community.kernel.text import is_name
from community.partners import errors

LONGEST_NAME = 100
LONGEST_CONTACT = 254
LONGEST_REFERENCE = 100


def check_texts(name: str, contact: str) -> None:
    """Raise InvalidPartner with the field that cannot be used."""
    for field, text, longest in (("name", name, LONGEST_NAME), ("contact", contact, LONGEST_CONTACT)):
        if not is_name(text.strip(), longest):
            raise errors.InvalidPartner(field)


def reference_in(text: str) -> str:
    """What the bank calls a payment, without blanks around it. Raises InvalidPaymentReference."""
    reference = text.strip()
    if not is_name(reference, LONGEST_REFERENCE):
        raise errors.InvalidPaymentReference(LONGEST_REFERENCE)
    return reference
