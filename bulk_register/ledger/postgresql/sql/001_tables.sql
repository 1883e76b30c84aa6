-- The ledger's tables, version 1. They lie in the schema that the address names (bulk_register, usually).
-- Texts that end in JSON are lists of texts. `checksum` covers the record, see bulk_register/ledger/checksums.py;
-- a record that was changed by hand is refused.

CREATE TABLE ledger ( -- one line: whoever writes locks it, so that transactions that write come one by one
    id integer PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL, -- how many transactions have written
    last_run bigint NOT NULL -- no run gets a number that another ever had
);
INSERT INTO ledger VALUES (1, 0, 0);

CREATE TABLE lease ( -- who may send for a scope, and until when by this server's clock
    scope text PRIMARY KEY, -- as JSON; '*' is the whole ledger
    fence bigint NOT NULL, -- of each that takes it a higher number; a transaction that writes names its own
    holder uuid NOT NULL,
    machine text NOT NULL,
    process bigint NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL
);
CREATE SEQUENCE fence;

CREATE TABLE turn ( -- transactions that were committed lately, for who asks because the answer was lost
    key uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE scope ( -- what registrations have in common
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL, base_url text NOT NULL, center text NOT NULL,
    tests text NOT NULL, proctoring text NOT NULL,
    checksum bigint NOT NULL,
    UNIQUE (account_id, base_url, center, tests, proctoring)
);
CREATE TABLE run (
    id bigint PRIMARY KEY,
    scope bigint NOT NULL REFERENCES scope, settings text NOT NULL,
    roster text NOT NULL, sha256 text NOT NULL, output text NOT NULL,
    valid_from bigint NOT NULL, valid_till bigint NOT NULL, reregister bigint NOT NULL,
    started bigint NOT NULL, finished bigint, exit_code bigint,
    employees bigint NOT NULL, open bigint NOT NULL,
    checksum bigint NOT NULL
);
CREATE INDEX run_of_scope ON run (scope);
CREATE TABLE batch (
    run bigint NOT NULL REFERENCES run ON DELETE CASCADE, number bigint NOT NULL,
    employees text NOT NULL, -- JSON
    checksum bigint NOT NULL,
    PRIMARY KEY (run, number)
);
CREATE TABLE request (
    id bigint PRIMARY KEY,
    run bigint NOT NULL REFERENCES run ON DELETE CASCADE, batch bigint NOT NULL,
    employees text, -- JSON, of a part of a batch; NULL: the whole batch
    sent bigint NOT NULL, settled bigint, ended text, note text,
    raw bytea, -- an answer that could not be matched, as it came
    checksum bigint NOT NULL
);
CREATE INDEX request_of_run ON request (run);
CREATE TABLE registration ( -- what an answer held
    id bigint PRIMARY KEY, -- of an employee's lines the last counts
    scope bigint NOT NULL REFERENCES scope,
    run bigint NOT NULL REFERENCES run ON DELETE CASCADE, -- that answered it first; its window counts
    current bigint NOT NULL, -- 0: these employees keep another link
    employees text NOT NULL, participants text NOT NULL, -- JSON, one participant for each employee
    checksum bigint NOT NULL
);
CREATE INDEX registration_of_scope ON registration (scope, id);
CREATE INDEX registration_of_run ON registration (run);
CREATE TABLE standing ( -- a run's employees who got no link in it, and why
    run bigint NOT NULL REFERENCES run ON DELETE CASCADE, employee text NOT NULL,
    status text NOT NULL, note text NOT NULL,
    checksum bigint NOT NULL,
    PRIMARY KEY (run, employee)
);
CREATE TABLE roster ( -- the employees of the latest run of each scope
    run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    employees text NOT NULL, -- JSON
    checksum bigint NOT NULL
);
CREATE TABLE delivery ( -- outputs as this program left them
    path text PRIMARY KEY, sha256 text NOT NULL, run bigint NOT NULL,
    links bigint, -- employees with a link in it; NULL: an older version's
    checksum bigint NOT NULL
);
CREATE TABLE told ( -- up to which line of `registration` it is settled who has been told of the link
    scope bigint PRIMARY KEY REFERENCES scope, registration bigint NOT NULL,
    checksum bigint NOT NULL
);
CREATE TABLE untold ( -- employees on lines up to there whose link stands in no output or list yet
    run bigint NOT NULL REFERENCES run ON DELETE CASCADE, -- that got the link
    employee text NOT NULL,
    checksum bigint NOT NULL,
    PRIMARY KEY (run, employee)
);
CREATE TABLE title ( -- of tests, as StartExam named them last
    test text PRIMARY KEY, title text NOT NULL,
    checksum bigint NOT NULL
);
