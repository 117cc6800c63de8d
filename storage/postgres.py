"""PostgreSQL as this app needs it: a bounded pool, nothing that waits for ever, and its faults in words.

Whoever is cut off in the middle is connected anew at the next transaction: the pool looks before it lends.
"""

from sqlalchemy import URL, Connection, Engine, create_engine, text

_CONNECT_SECONDS = 5
_POOL_SECONDS = 10
_STATEMENT_SECONDS = 30
# A process that stops in the middle of a transaction would keep its locks.
_IDLE_SECONDS = 30
# A network that swallows packets is noticed after about this long, not after the kernel's quarter of an hour.
_SILENCE_SECONDS = 15

# https://www.postgresql.org/docs/current/errcodes-appendix.html; the first that fits, longer ones before their class.
_BY_STATE = {
    "22": "it cannot keep what was sent",
    "25006": "it is read-only",
    "28": "it refuses the user name or the password",
    "3D000": "there is no database of that name",
    "40": "too many wrote the same at once",
    "42501": "its user may not do this",
    "53100": "the disk is full",
    "53200": "it is out of memory",
    "53300": "it takes no more connections",
    "55P03": "it is locked by another program",
    "57014": "it took too long",
    "57": "it cannot be reached",
    "08": "it cannot be reached",
    "XX001": "its files are damaged",
    "XX002": "its files are damaged",
    "58": "the disk reports an error",
}
# What the client says itself, and what a server says before it has let anybody in: without a state, in any language.
_BY_MESSAGE = {
    "cannot contain nul": "it cannot keep what was sent",
    "permission denied": "its user may not do this",
    "resolve host": "its host is not known",
    "password authentication": "it refuses the user name or the password",
    "no password supplied": "it refuses the user name or the password",
    "pg_hba.conf": "it does not let this machine in",
    'role "': "it refuses the user name or the password",
    'database "': "there is no database of that name",
    "too many clients": "it takes no more connections",
    "connection slots": "it takes no more connections",
    "starting up": "it is starting",
}


def open_engine(url: URL, connections: int) -> Engine:
    """`connections` at most; whoever finds them all in use waits for one."""
    ours = {
        "application_name": "tech-assistant",
        "connect_timeout": str(_CONNECT_SECONDS),
        "keepalives_idle": str(_SILENCE_SECONDS),
        "tcp_user_timeout": str(_SILENCE_SECONDS * 1000),
    }
    limits = {"statement_timeout": _STATEMENT_SECONDS, "idle_in_transaction_session_timeout": _IDLE_SECONDS}
    options = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())
    # The driver prepares what it sends often, and the server would then plan once for all values: a rare word would be
    # looked for as if it were a common one.
    options += " -c plan_cache_mode=force_custom_plan"
    # What the URL says itself goes before.
    given = {"options": f"{options} {url.query.get('options', '')}".rstrip()}
    return create_engine(
        url.update_query_dict({**ours, **url.query, **given}),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def suspend_limits(connection: Connection) -> None:
    """For this transaction: a large table may take long to change, and another process has to be waited for."""
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {limit} = 0"))


def fault_in_words(state: str | None, message: str) -> str:
    """`state`: the SQLSTATE, where there is one."""
    if state:
        return next((words for start, words in _BY_STATE.items() if state.startswith(start)), "it reports an error")
    lowered = message.lower()
    return next((words for part, words in _BY_MESSAGE.items() if part in lowered), "it cannot be reached")
