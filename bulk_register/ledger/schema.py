"""The ledger's tables, and how an older ledger becomes a newer one."""

from __future__ import annotations

import sqlite3

from bulk_register.ledger import checksums

APPLICATION_ID = 0x42524731  # "BRG1": marks the file as a ledger of ours

# Each step lifts a ledger by one version; PRAGMA user_version counts them.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE scope (
        id INTEGER PRIMARY KEY,
        account_id INTEGER NOT NULL, base_url TEXT NOT NULL, center TEXT NOT NULL,
        tests TEXT NOT NULL, proctoring TEXT NOT NULL,
        UNIQUE (account_id, base_url, center, tests, proctoring)
    );
    CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        scope INTEGER NOT NULL REFERENCES scope, settings TEXT NOT NULL,
        roster TEXT NOT NULL, sha256 TEXT NOT NULL, output TEXT NOT NULL,
        valid_from INTEGER NOT NULL, valid_till INTEGER NOT NULL, reregister INTEGER NOT NULL,
        started INTEGER NOT NULL, finished INTEGER, exit_code INTEGER,
        employees INTEGER NOT NULL, open INTEGER NOT NULL
    );
    CREATE TABLE batch (
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, number INTEGER NOT NULL,
        employees TEXT NOT NULL,
        PRIMARY KEY (run, number)
    ) WITHOUT ROWID;
    CREATE TABLE request (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, batch INTEGER NOT NULL,
        employees TEXT, -- of a part of a batch; NULL: the whole batch
        sent INTEGER NOT NULL, settled INTEGER, ended TEXT, note TEXT,
        raw BLOB -- an answer that could not be matched, as it came
    );
    CREATE INDEX request_of_run ON request (run);
    CREATE TABLE registration ( -- what an answer held, its employees and participants as two JSON lists
        id INTEGER PRIMARY KEY, -- of an employee's lines the last counts
        scope INTEGER NOT NULL REFERENCES scope,
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, -- that answered it first; its window counts
        current INTEGER NOT NULL, -- 0: these employees keep another link
        employees TEXT NOT NULL, participants TEXT NOT NULL
    );
    CREATE INDEX registration_of_scope ON registration (scope);
    CREATE INDEX registration_of_run ON registration (run);
    CREATE TABLE standing ( -- a run's employees who got no link in it, and why
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, employee TEXT NOT NULL,
        status TEXT NOT NULL, note TEXT NOT NULL,
        PRIMARY KEY (run, employee)
    ) WITHOUT ROWID;
    CREATE TABLE delivery ( -- outputs as this program left them
        path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, run INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE roster ( -- the employees of the latest run of each scope, as a JSON list
        run INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
        employees TEXT NOT NULL
    );
    """,
    """
    CREATE TABLE told ( -- up to which line of `registration` it is settled who has been told of the link
        scope INTEGER PRIMARY KEY REFERENCES scope, registration INTEGER NOT NULL
    );
    CREATE TABLE untold ( -- employees on lines up to there whose link stands in no output or list yet
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, -- that got the link
        employee TEXT NOT NULL,
        PRIMARY KEY (run, employee)
    ) WITHOUT ROWID;
    INSERT INTO told (scope, registration) SELECT scope, MAX(id) FROM registration GROUP BY scope;
    """,
    """
    ALTER TABLE delivery ADD COLUMN links INTEGER; -- employees with a link in it; NULL: an older version's
    CREATE TABLE title ( -- of tests, as StartExam named them last
        test TEXT PRIMARY KEY, title TEXT NOT NULL
    ) WITHOUT ROWID;
    -- checksums.py says what they cover
    ALTER TABLE scope ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE run ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE batch ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE request ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE registration ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE standing ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE roster ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE delivery ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE told ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE untold ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE title ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
    """,
    """
    CREATE TABLE synced ( -- employees whom StartExam accepted, and digests of their fields, as two JSON lists
        id INTEGER PRIMARY KEY, -- of an employee's lines the last counts
        account_id INTEGER NOT NULL, base_url TEXT NOT NULL, profile TEXT NOT NULL,
        employees TEXT NOT NULL, digests TEXT NOT NULL, checksum INTEGER NOT NULL DEFAULT 0
    );
    """,
    """
    CREATE TABLE session ( -- what StartExam told of our participants' exams, as a JSON list (records.Session)
        account_id INTEGER NOT NULL, base_url TEXT NOT NULL, participant TEXT NOT NULL, test TEXT NOT NULL,
        told TEXT NOT NULL, checksum INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (account_id, base_url, participant, test)
    ) WITHOUT ROWID;
    CREATE TABLE feed ( -- up to when the list of a center's changed sessions has been read
        account_id INTEGER NOT NULL, base_url TEXT NOT NULL, center TEXT NOT NULL,
        until TEXT NOT NULL, checksum INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (account_id, base_url, center)
    ) WITHOUT ROWID;
    CREATE TABLE stranger ( -- participants on that list whom the ledger didn't know then, as a JSON list
        id INTEGER PRIMARY KEY,
        account_id INTEGER NOT NULL, base_url TEXT NOT NULL, center TEXT NOT NULL,
        participants TEXT NOT NULL, checksum INTEGER NOT NULL DEFAULT 0
    );
    """,
    """
    CREATE TABLE extension ( -- links that were extended in StartExam, as a person said
        base_url TEXT NOT NULL, participant TEXT NOT NULL, -- case-folded
        valid_till INTEGER NOT NULL, said INTEGER NOT NULL, checksum INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (base_url, participant)
    ) WITHOUT ROWID;
    CREATE TABLE ending ( -- links of which it has been told that they end soon
        base_url TEXT NOT NULL, participant TEXT NOT NULL,
        valid_till INTEGER NOT NULL, checksum INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (base_url, participant)
    ) WITHOUT ROWID;
    """,
)


def version(connection: sqlite3.Connection) -> int:
    """Return how many migrations this ledger has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a ledger up to date, with checksums for all its records: wholly or not at all."""
    steps = MIGRATIONS[version(connection) :]
    if not steps:
        return
    checksums.install(connection)
    script = "; ".join(
        [
            "BEGIN IMMEDIATE",
            *steps,
            *map(checksums.sealing, checksums.COLUMNS),
            f"PRAGMA application_id = {APPLICATION_ID}",
            f"PRAGMA user_version = {len(MIGRATIONS)}",
            "COMMIT;",
        ]
    )
    connection.executescript(script)
