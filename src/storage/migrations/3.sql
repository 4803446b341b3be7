-- Events of which something lies on the disk.
CREATE TABLE recordings (
    event INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    -- Milliseconds since 1970; an event that may go on has no end.
    began INTEGER NOT NULL,
    ended INTEGER,
    -- 1: kept until the operator deletes it. 0: until rewind and the cloud are done with it.
    kept INTEGER NOT NULL CHECK (kept IN (0, 1))
) STRICT;

-- A row of these two is written when its file is on the disk, and removed before it.
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
    PRIMARY KEY (event, rendition, msn)
) STRICT, WITHOUT ROWID;
