-- The words of our own in which queries are written; another engine would define them its way.
CREATE OR REPLACE TEMP MACRO local_day(moment, shift_us) AS CAST(make_timestamp(epoch_us(moment) + shift_us) AS DATE);
CREATE OR REPLACE TEMP MACRO day_number(day) AS datediff('day', DATE '1970-01-01', day);
CREATE OR REPLACE TEMP MACRO week_number(day) AS datediff('day', DATE '1970-01-01', CAST(date_trunc('week', day) AS DATE));
CREATE OR REPLACE TEMP MACRO month_number(day) AS datediff('day', DATE '1970-01-01', CAST(date_trunc('month', day) AS DATE));
CREATE OR REPLACE TEMP MACRO bar_number(moment, anchor_us, width_us) AS CAST(floor((epoch_us(moment) - anchor_us) / CAST(width_us AS DOUBLE)) AS BIGINT);
CREATE OR REPLACE TEMP MACRO latency_bucket(x) AS CAST(CASE WHEN x > 0 THEN ceil(ln(x) / ln(1.02)) ELSE -32768 END AS SMALLINT);
CREATE OR REPLACE TEMP MACRO exact_quantile(x, share) AS quantile_cont(x, share);
CREATE OR REPLACE TEMP MACRO exact_quantiles(x, shares) AS quantile_cont(x, shares);
CREATE OR REPLACE TEMP MACRO all_of(x) AS list(x);
CREATE OR REPLACE TEMP MACRO item(list, place) AS list_extract(list, place);
CREATE OR REPLACE TEMP MACRO json_text(document, path) AS json_extract_string(document, path);
CREATE OR REPLACE TEMP MACRO has_text(haystack, needle) AS contains(lower(haystack), lower(needle));
CREATE OR REPLACE TEMP MACRO text_number(x) AS CAST(hash(x) >> 1 AS BIGINT);
CREATE OR REPLACE TEMP MACRO hour_number(moment, shift_us) AS CAST(floor((epoch_us(moment) + shift_us) / 3600000000.0) AS BIGINT);
CREATE OR REPLACE TEMP MACRO place_number(kind, path) AS CAST(hash(kind, path) >> 1 AS BIGINT);
CREATE OR REPLACE TEMP MACRO has_bit(bits, place) AS CASE WHEN place < bit_length(CAST(bits AS BIT)) THEN get_bit(CAST(bits AS BIT), place) = 1 ELSE FALSE END;
CREATE OR REPLACE TEMP MACRO place_in_time(moment, seq) AS (CAST(epoch_us(moment) AS HUGEINT) << 63) + seq;
CREATE OR REPLACE TEMP MACRO at_first(x, place) AS arg_min(x, place);
