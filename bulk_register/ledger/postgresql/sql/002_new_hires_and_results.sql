-- The ledger's tables, version 2: who was synced, results of exams, ends of links.

CREATE TABLE synced ( -- employees whom StartExam accepted, and digests of their fields
    id bigint PRIMARY KEY, -- of an employee's lines the last counts
    account_id bigint NOT NULL, base_url text NOT NULL, profile text NOT NULL,
    employees text NOT NULL, digests text NOT NULL, -- JSON, one digest for each employee
    checksum bigint NOT NULL
);
CREATE TABLE session ( -- what StartExam told of our participants' exams
    account_id bigint NOT NULL, base_url text NOT NULL, participant text NOT NULL, test text NOT NULL,
    told text NOT NULL, -- JSON (records.Session)
    checksum bigint NOT NULL,
    PRIMARY KEY (account_id, base_url, participant, test)
);
CREATE TABLE feed ( -- up to when the list of a center's changed sessions has been read
    account_id bigint NOT NULL, base_url text NOT NULL, center text NOT NULL,
    until text NOT NULL,
    checksum bigint NOT NULL,
    PRIMARY KEY (account_id, base_url, center)
);
CREATE TABLE stranger ( -- participants on that list whom the ledger didn't know then
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL, base_url text NOT NULL, center text NOT NULL,
    participants text NOT NULL, -- JSON
    checksum bigint NOT NULL
);
CREATE TABLE extension ( -- links that were extended in StartExam, as a person said
    base_url text NOT NULL, participant text NOT NULL, -- case-folded
    valid_till bigint NOT NULL, said bigint NOT NULL,
    checksum bigint NOT NULL,
    PRIMARY KEY (base_url, participant)
);
CREATE TABLE ending ( -- links of which it has been told that they end soon
    base_url text NOT NULL, participant text NOT NULL,
    valid_till bigint NOT NULL,
    checksum bigint NOT NULL,
    PRIMARY KEY (base_url, participant)
);
