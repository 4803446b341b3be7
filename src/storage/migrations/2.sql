-- Random bytes that the box keeps for itself: its claim code, the key of its cookies.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
