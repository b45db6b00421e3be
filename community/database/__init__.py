"""The one door to PostgreSQL: a pool that cannot leak, one way to write, reads and pages, counting, migrations."""

from community.database.counting import Statements, counting_statements
from community.database.failures import RolledBack, TransactionMisused
from community.database.group_commit import GroupCommit
from community.database.lifecycle import connect, disconnect
from community.database.listening import listen
from community.database.migrations import drift, migrate, pending
from community.database.pool import PoolState, is_connected, pool_state
from community.database.questions import Question, Statement, unplanned
from community.database.rows import as_json, views_of
from community.database.statements import execute, fetch, fetch_one, fetch_value, hold, send, send_rows
from community.database.transactions import after_commit, lane, look_again_if_taken, write_last, write_what_waits
from community.database.verbs import drain, transaction
from community.database.writings import Writing, into

__all__ = [
    "GroupCommit",
    "PoolState",
    "Question",
    "RolledBack",
    "Statement",
    "Statements",
    "TransactionMisused",
    "Writing",
    "after_commit",
    "as_json",
    "connect",
    "counting_statements",
    "disconnect",
    "drain",
    "drift",
    "execute",
    "fetch",
    "fetch_one",
    "fetch_value",
    "hold",
    "into",
    "is_connected",
    "lane",
    "listen",
    "look_again_if_taken",
    "migrate",
    "pending",
    "pool_state",
    "send",
    "send_rows",
    "transaction",
    "unplanned",
    "views_of",
    "write_last",
    "write_what_waits",
]
