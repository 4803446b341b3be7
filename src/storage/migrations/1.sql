-- Who this box is, and how far its numbers may have gone.
CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    -- The kernel's boot in which this file was made; NULL when it replaced a damaged one.
    first_boot TEXT,
    -- Every event and every Media Sequence Number below these may have been given out.
    event_lease INTEGER NOT NULL,
    msn_lease INTEGER NOT NULL
) STRICT;

-- The operator. No row: the box is not claimed.
CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    password_hash TEXT NOT NULL
) STRICT;

-- Signed-in browsers; only a hash of each one's secret is kept.
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Secrets for scripts.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created INTEGER NOT NULL,
    last_used INTEGER
) STRICT;

-- One JSON document a section.
CREATE TABLE settings (
    section TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stream_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    takeover TEXT NOT NULL CHECK (takeover IN ('reject', 'replace', 'standby')),
    created INTEGER NOT NULL,
    last_used INTEGER
) STRICT;

CREATE TABLE pictures (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What happened, for the operator.
CREATE TABLE diary (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    text TEXT NOT NULL,
    more TEXT
) STRICT;
