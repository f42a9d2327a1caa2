-- Why: people set budgets, own prices and another price book on screen, and ask for stored calls to be priced anew.
-- Amounts are billionths of a US dollar; days are written YYYY-MM-DD; lists and rates are JSON text.

CREATE TABLE budget (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    amount BIGINT NOT NULL,
    cycle TEXT NOT NULL,
    thresholds TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    archived_at BIGINT
);

CREATE INDEX budget_by_project ON budget (project_id);

-- The step of the banner that a person has put away, in the turn that begins on this day.
CREATE TABLE budget_dismissal (
    person_id BIGINT NOT NULL REFERENCES person (id),
    budget_id BIGINT NOT NULL REFERENCES budget (id),
    turn TEXT NOT NULL,
    step BIGINT NOT NULL,
    PRIMARY KEY (person_id, budget_id)
);

-- A price of the project's own; it goes before those of the price book. rates holds decimals by the book's keys.
CREATE TABLE own_price (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    provider TEXT,
    model TEXT NOT NULL,
    service_tier TEXT NOT NULL,
    valid_from TEXT,
    valid_to TEXT,
    rates TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE INDEX own_price_by_project ON own_price (project_id);

-- Price books that people have uploaded. The latest counts unless it was put aside.
CREATE TABLE price_book (
    id BIGINT NOT NULL PRIMARY KEY,
    version TEXT NOT NULL,
    content TEXT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    removed_at BIGINT
);

-- Days whose calls are to be priced anew; what is not done is done at the next start.
CREATE TABLE repricing (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    actor TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    done_at BIGINT,
    changed BIGINT
);
