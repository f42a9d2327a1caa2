-- Why: payments come in many currencies, revenue is told in one. A rate is what one unit is worth in US dollars from a
-- local day on, in trillionths of a dollar. Events keep what was paid; so a rate that is entered late, or corrected, is
-- right for the past too.
CREATE TABLE exchange_rate (
    currency TEXT NOT NULL,
    day TEXT NOT NULL,
    usd_trillionths BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (currency, day)
);
