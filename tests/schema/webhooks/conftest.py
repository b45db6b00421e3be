"""Receivers of these tests are on this machine, too."""

from tests.community.webhooks.conftest import receivers_on_this_machine

__all__ = ["receivers_on_this_machine"]
