-- The run database. Written to be read: `datasette run.db` or any SQL tool opens it.
-- What was paid for (calls, failures, batches) and what was planned (items) is lasting. What follows from it
-- (examples, verdicts, rejections) is derived again by every pass, from the same replies to the same rows.

-- One row: what this run is.
CREATE TABLE run (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    name           TEXT    NOT NULL,
    version        TEXT    NOT NULL,             -- of Tutelage, when the run was made
    created        TEXT    NOT NULL,             -- UTC, ISO 8601
    recipe         TEXT    NOT NULL,             -- canonical JSON of the recipe in force
    fingerprint    TEXT    NOT NULL,             -- of the part of the recipe that decides the data
    state          TEXT    NOT NULL,             -- running, previewed, finished, short, interrupted, failed
    reason         TEXT    NOT NULL DEFAULT '',  -- why it stopped, in words
    pass           INTEGER NOT NULL DEFAULT 0    -- counts the executions; derived rows carry theirs
);

-- Each execution of the run, and what it found changed in the recipe.
CREATE TABLE passes (
    pass           INTEGER PRIMARY KEY,
    started        TEXT    NOT NULL,
    ended          TEXT,
    version        TEXT    NOT NULL,
    fingerprint    TEXT    NOT NULL,
    changes        TEXT    NOT NULL DEFAULT '[]',  -- JSON list of what was different from the pass before
    outcome        TEXT    NOT NULL DEFAULT ''
);

-- Every answered request. The key is the digest of teacher, request, and place.
CREATE TABLE calls (
    key               TEXT    PRIMARY KEY,
    place             TEXT    NOT NULL,             -- stage / item / turn
    role              TEXT    NOT NULL,             -- teacher, judge, student
    teacher           TEXT    NOT NULL,             -- the teacher's identity
    request           TEXT    NOT NULL,             -- JSON: messages or prompt, and sampling
    reply             TEXT    NOT NULL,
    thinking          TEXT    NOT NULL DEFAULT '',
    more              TEXT    NOT NULL DEFAULT '',  -- JSON: further samples, log-probabilities, score, model
    finish            TEXT    NOT NULL,             -- stop, length, filter, other
    prompt_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,             -- thinking included
    thinking_tokens   INTEGER NOT NULL,
    cost              REAL    NOT NULL,             -- money, in the price table's unit; 0 where no price is known
    attempts          INTEGER NOT NULL,
    seconds           REAL    NOT NULL,             -- of the attempt that was answered
    answered          TEXT    NOT NULL
);

-- Requests that were given up. A permanent failure is not asked again; another is, when the run goes on.
CREATE TABLE failures (
    key            TEXT    PRIMARY KEY,
    place          TEXT    NOT NULL,
    role           TEXT    NOT NULL,
    reason         TEXT    NOT NULL,
    message        TEXT    NOT NULL,
    permanent      INTEGER NOT NULL,
    attempts       INTEGER NOT NULL,
    failed         TEXT    NOT NULL
) WITHOUT ROWID;

-- Batches handed to a provider's batch queue and not yet collected, with the keys of their calls.
CREATE TABLE batches (
    id             TEXT    PRIMARY KEY,
    role           TEXT    NOT NULL,
    state          TEXT    NOT NULL,             -- submitted, collected, failed
    keys           TEXT    NOT NULL,             -- JSON list, in the order of the batch's lines
    submitted      TEXT    NOT NULL,
    collected      TEXT
);

-- The plan, in order.
CREATE TABLE items (
    id             TEXT    PRIMARY KEY,
    position       INTEGER NOT NULL,
    round          INTEGER NOT NULL,
    method         TEXT    NOT NULL,
    cell           TEXT    NOT NULL,             -- JSON: what the item is meant to cover
    payload        TEXT    NOT NULL,             -- JSON: what writing it needs
    occurrence     INTEGER NOT NULL
);
CREATE INDEX items_in_order ON items (round, position);

-- Every example that was written.
CREATE TABLE examples (
    id             TEXT    PRIMARY KEY,
    item           TEXT    NOT NULL,
    round          INTEGER NOT NULL,
    position       INTEGER NOT NULL,             -- of the item
    ordinal        INTEGER NOT NULL,             -- among the item's own results
    state          TEXT    NOT NULL,             -- kept, rejected, surplus
    instruction    TEXT    NOT NULL,
    output         TEXT    NOT NULL,
    cell           TEXT    NOT NULL,
    content        TEXT    NOT NULL,             -- JSON: the whole example
    pass           INTEGER NOT NULL
);
CREATE INDEX examples_in_order ON examples (state, round, position, ordinal);

-- What each filter said, in order, up to the first refusal.
CREATE TABLE verdicts (
    example        TEXT    NOT NULL,
    ordinal        INTEGER NOT NULL,
    filter         TEXT    NOT NULL,
    keep           INTEGER NOT NULL,
    reason         TEXT    NOT NULL,
    score          REAL,
    detail         TEXT    NOT NULL,
    witness        TEXT    NOT NULL,             -- id of the example that condemned this one
    pass           INTEGER NOT NULL,
    PRIMARY KEY (example, ordinal)
) WITHOUT ROWID;

-- Everything that was not kept, with its raw text.
CREATE TABLE rejections (
    id             TEXT    PRIMARY KEY,
    item           TEXT    NOT NULL,
    round          INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    ordinal        INTEGER NOT NULL,
    example        TEXT    NOT NULL,             -- empty where no example came about
    reason         TEXT    NOT NULL,             -- stage:code
    detail         TEXT    NOT NULL,
    score          REAL,
    text           TEXT    NOT NULL,
    pass           INTEGER NOT NULL
);
CREATE INDEX rejections_by_reason ON rejections (reason);

-- Running totals, kept in the writer's own transactions: sent, failed_attempts, prompt_tokens,
-- completion_tokens, thinking_tokens, cost, and uncertain_cost and uncertain_tokens (attempts without an answer
-- that may have been billed, at their upper bound).
CREATE TABLE totals (
    name           TEXT    PRIMARY KEY,
    value          REAL    NOT NULL
) WITHOUT ROWID;
