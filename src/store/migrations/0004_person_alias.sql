-- Why: an anonymous id that turns out to be a user's belongs to that user when questions are asked. No event is
-- rewritten, so a wrong merge can be undone. At most one row for each alias; one without a person says that the two are
-- different people, so that they are not merged again by themselves.
CREATE TABLE person_alias (
    project INTEGER NOT NULL,
    -- The number of the anonymous id, or of the user id that was given up.
    alias INTEGER NOT NULL,
    -- The number of the user they are.
    person INTEGER,
    -- The event that showed it; null if somebody said so by hand.
    seq BIGINT
);

INSERT INTO person_alias (project, alias, person, seq)
SELECT project, anonymous, arg_min(person, seq), min(seq)
FROM events
WHERE anonymous IS NOT NULL AND person <> anonymous
GROUP BY project, anonymous;
