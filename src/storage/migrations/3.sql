-- Events of which something lies on the disk or in the cloud.
CREATE TABLE recordings (
    event INTEGER PRIMARY KEY,
    -- Its URLs' first element; another one than this database's after a backup was put back.
    epoch TEXT NOT NULL,
    title TEXT NOT NULL,
    -- Milliseconds since 1970; an event that may go on has no end.
    began INTEGER NOT NULL,
    ended INTEGER,
    -- 1: kept until the operator deletes it. 0: until rewind and the cloud are done with it.
    kept INTEGER NOT NULL CHECK (kept IN (0, 1)),
    -- EXT-X-TARGETDURATION, seconds.
    target_duration INTEGER NOT NULL,
    -- 1: the cloud has its whole playlist, and nothing more is sent.
    published INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1))
) STRICT;

CREATE TABLE inits (
    event INTEGER NOT NULL REFERENCES recordings (event) ON DELETE CASCADE,
    rendition INTEGER NOT NULL,
    number INTEGER NOT NULL,
    codecs TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    size INTEGER NOT NULL,
    PRIMARY KEY (event, rendition, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE segments (
    event INTEGER NOT NULL REFERENCES recordings (event) ON DELETE CASCADE,
    rendition INTEGER NOT NULL,
    msn INTEGER NOT NULL,
    init INTEGER NOT NULL,
    discontinuity INTEGER NOT NULL CHECK (discontinuity IN (0, 1)),
    -- Ticks of 90 kHz, milliseconds since 1970, ticks, bytes.
    start INTEGER NOT NULL,
    date INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    size INTEGER NOT NULL,
    -- 1: part of the recording. 0: here for rewind or on its way to the cloud.
    kept INTEGER NOT NULL CHECK (kept IN (0, 1)),
    -- 1: its file is on the disk; set after the file is there, cleared before it goes.
    local INTEGER NOT NULL DEFAULT 1 CHECK (local IN (0, 1)),
    PRIMARY KEY (event, rendition, msn)
) STRICT, WITHOUT ROWID;

-- The bucket that what is done lies in.
CREATE TABLE bucket (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Its endpoint, its name and the prefix of the keys there.
    identity TEXT NOT NULL,
    -- A digest of the viewers' page that lies there; NULL: none.
    page TEXT
) STRICT;

-- What hashing a recording came to.
CREATE TABLE torrents (
    event INTEGER NOT NULL REFERENCES recordings (event) ON DELETE CASCADE,
    rendition INTEGER NOT NULL,
    -- SHA-256 of what stands before the media in the file that was hashed.
    digest BLOB NOT NULL,
    -- SHA-1 of each piece.
    pieces BLOB NOT NULL,
    PRIMARY KEY (event, rendition)
) STRICT;

-- What the cloud has, shall have or shall lose. Playlists are no rows: they are written anew from these.
CREATE TABLE uploads (
    -- Below the bucket's prefix.
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('init', 'segment', 'other')),
    -- Whose file it is; NULL for what belongs to no event.
    event INTEGER,
    rendition INTEGER,
    -- Its init number or Media Sequence Number.
    number INTEGER,
    size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'doomed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Milliseconds since 1970.
    retry_at INTEGER NOT NULL DEFAULT 0,
    -- Its Media Sequence Number in the bucket's live playlist, once it stood there.
    live_number INTEGER,
    -- 1: EXT-X-DISCONTINUITY stands before it there.
    live_break INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX uploads_by_state ON uploads (state, event, number);
CREATE INDEX uploads_by_segment ON uploads (event, rendition, number);
CREATE INDEX uploads_by_break ON uploads (event, rendition, number) WHERE live_break = 1;
