"""The verbs of access: register, sign in and out, refresh, change a password, keep keys, grant roles, authenticate."""

from community.access.passwords import HashedPassword
from community.access.service.accounts import change_password, close_account, hash_password, register
from community.access.service.authentication import authenticate_key, authenticate_token
from community.access.service.issuing import SignedIn
from community.access.service.keys import (
    NewApiKey,
    create_api_key,
    create_partner_key,
    revoke_api_key,
    revoke_partner_keys,
)
from community.access.service.refreshing import refresh
from community.access.service.roles import grant_role, revoke_role
from community.access.service.sessions import end_other_sessions, end_session, sign_out
from community.access.service.signing_in import Device, issue_token_for, open_first_session, sign_in
from community.access.service.tidying import tidy

__all__ = [
    "Device",
    "HashedPassword",
    "NewApiKey",
    "SignedIn",
    "authenticate_key",
    "authenticate_token",
    "change_password",
    "close_account",
    "create_api_key",
    "create_partner_key",
    "end_other_sessions",
    "end_session",
    "grant_role",
    "hash_password",
    "issue_token_for",
    "open_first_session",
    "refresh",
    "register",
    "revoke_api_key",
    "revoke_partner_keys",
    "revoke_role",
    "sign_in",
    "sign_out",
    "tidy",
]
