#!/usr/bin/env python3
"""Write src/pricing/book.toml, the embedded price book, from the package genai-prices.

    python3 -m venv /tmp/prices && /tmp/prices/bin/pip install genai-prices
    /tmp/prices/bin/python scripts/update_prices.py --date 2026-11-21

The same package and date give the same bytes. Prices are copied, never computed, rounded
or completed; what the book cannot hold is named in `not_included`. Run the tests of
`pricing` afterwards, read the diff, and update DATA.md.
"""

import argparse
import datetime
import importlib.metadata
import json
import pathlib
from decimal import Decimal

from genai_prices.data import providers
from genai_prices.types import (
    ClauseAnd, ClauseContains, ClauseEndsWith, ClauseEquals, ClauseOr, ClauseRegex, ClauseStartsWith,
    ModelPrice, StartDateConstraint, TieredPrices, TimeOfDateConstraint,
)

PROVIDERS = [
    "openai", "anthropic", "google", "x-ai", "deepseek", "mistral", "meta", "cohere", "aws", "azure",
    "groq", "together", "fireworks", "cerebras", "perplexity", "moonshotai", "voyageai", "elevenlabs",
]

# Ids of genai-prices that are spelled otherwise in src/pricing/provider.rs.
OUR_IDS = {"x-ai": "xai"}

# Key of genai-prices -> key of the book. The units are the same: a million tokens or
# characters, an hour of audio. Groups of thousand requests are the one exception, below.
KEYS = {
    "input_mtok": "input",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cached_audio",
    "input_image_mtok": "input_image",
    "output_mtok": "output",
    "output_reasoning_mtok": "reasoning",
    "output_audio_mtok": "output_audio",
    "output_image_mtok": "output_image",
    "input_mchars": "per_million_characters",
    "audio_hours": "per_audio_hour",
    "requests_kcount": "per_request",
}

# The same hour under its direction; `audio_hours` already says it.
REPEATED = {"input_audio_hours": "audio_hours", "output_audio_hours": "audio_hours"}

NOT_INCLUDED = {
    "cache_image_read_mtok": "cached image tokens",
    "input_video_mtok": "video tokens",
    "output_video_mtok": "video tokens",
    "output_citation_mtok": "citation tokens",
    "input_text_messages_kcount": "text messages",
    "input_document_kpages": "document pages",
    "input_annotated_document_kpages": "document pages",
    "web_searches_kcount": "web searches",
    "storage_searches_kcount": "file searches",
    "rerank_searches_kcount": "searches",
}

# (name, value) of the request context that selects a variant -> service tier of the book.
TIERS = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "fast",
    ("speed", "fast"): "fast",
}

# Selects what the standard price says anyway, or a product that events do not tell apart.
IGNORED_CONTEXTS = {("service_tier", "default"), ("search_type", "fast"), ("search_type", "web")}

# The regular expressions of genai-prices come in three forms; `#` is one digit.
NOT_TTS = "^(?!.*-[tT][tT][sS](?:$|-))"
REGEX_FORMS = [
    (r"-\d{4}-\d{2}-\d{2}$", ["-####-##-##"]),
    (r"[-@]\d{8}$", ["-########", "@########"]),
    (r"-\d{8}$", ["-########"]),
    (r"-\d", ["-#*"]),
]


def patterns(clause):
    """Name patterns of a match clause: (any of these, none of these)."""
    match clause:
        case ClauseEquals():
            return [clause.equals], []
        case ClauseStartsWith():
            return [clause.starts_with + "*"], []
        case ClauseEndsWith():
            return ["*" + clause.ends_with], []
        case ClauseContains():
            return [f"*{clause.contains}*"], []
        case ClauseOr():
            wanted, unwanted = [], []
            for part in clause.or_:
                some, none = patterns(part)
                wanted += some
                unwanted += none
            return wanted, unwanted
        case ClauseAnd():
            [wanted_part, except_part] = clause.and_
            if not (isinstance(except_part, ClauseRegex) and except_part.regex == NOT_TTS):
                raise SystemExit(f"cannot express {clause}")
            return patterns(wanted_part)[0], ["*-tts", "*-tts-*"]
        case ClauseRegex():
            for ending, forms in REGEX_FORMS:
                if clause.regex.startswith("^") and clause.regex.endswith(ending):
                    stem = clause.regex[1 : -len(ending)].replace("\\.", ".")
                    if not set(stem) & set("\\[](){}*+?|^$"):
                        return [stem + form for form in forms], []
    raise SystemExit(f"cannot express {clause}")


def instant(day, minute=0):
    return datetime.datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=datetime.UTC)


def plain(price):
    """Decimal text without exponent or trailing zeros."""
    text = format(price.normalize(), "f")
    return text if Decimal(text) == price else str(price)


def rates(model_price, dropped):
    """Base rates, and full rates above each threshold, by key of the book."""
    base, above = {}, {}
    for key, value in model_price.__dict__.items():
        if value is None:
            continue
        if key in REPEATED:
            if getattr(model_price, REPEATED[key]) != value:
                raise SystemExit(f"{key} differs from {REPEATED[key]}")
            continue
        if key in NOT_INCLUDED:
            dropped.add(NOT_INCLUDED[key])
            continue
        name = KEYS[key]
        divisor = 1000 if key == "requests_kcount" else 1
        if isinstance(value, TieredPrices):
            base[name] = plain(value.base / divisor)
            for tier in value.tiers:
                above.setdefault(tier.start, {})[name] = plain(tier.price / divisor)
        else:
            base[name] = plain(value / divisor)
    # A tier of the book names every price, also the ones that stay the same.
    previous = base
    for start in sorted(above):
        above[start] = previous = {**previous, **above[start]}
    return base, above


def order(base):
    return sorted(base.items(), key=lambda item: list(KEYS.values()).index(item[0]))


def inline(pairs):
    return ", ".join(f"{key} = {value}" for key, value in pairs)


def starts(model):
    """Days on which some price of the model begins."""
    days = set()
    conditions = [*(model.prices if isinstance(model.prices, list) else []), *(model.price_variants or [])]
    for condition in conditions:
        if isinstance(condition.constraint, StartDateConstraint):
            days.add(condition.constraint.start_date)
    return sorted(days)


def hours(model):
    """Daily intervals with a price of their own, in minutes since midnight UTC."""
    found = []
    for condition in model.prices if isinstance(model.prices, list) else []:
        constraint = condition.constraint
        if isinstance(constraint, TimeOfDateConstraint):
            pair = tuple(t.hour * 60 + t.minute for t in (constraint.start_time, constraint.end_time))
            found.append(pair)
    return found


def segments(model):
    """Half-open stretches of days between the starts, the first and last without bound."""
    days = starts(model)
    return list(zip([None, *days], [*days, None]))


def standard_rows(model, dropped):
    for first, last in segments(model):
        day = first or datetime.date(2000, 1, 1)
        intervals = hours(model)
        free = next(m for m in range(0, 1440, 30) if not any(a <= m < b for a, b in intervals))
        usual = rates(model.get_prices(instant(day, free)), dropped)
        yield "standard", first, last, None, usual
        for start, end in intervals:
            special = rates(model.get_prices(instant(day, start)), dropped)
            if special != usual:
                yield "standard", first, last, (start, end), special


def tier_rows(model, dropped):
    for variant in model.price_variants or []:
        for context in variant.when.items():
            if context not in TIERS and context not in IGNORED_CONTEXTS:
                raise SystemExit(f"{model.id}: unknown request context {context}")
    for (name, value), tier in TIERS.items():
        mine = [v for v in model.price_variants or [] if v.when == {name: value}]
        for first, last in segments(model):
            at = instant(first or datetime.date(2000, 1, 1))
            if any(v.constraint is None or v.constraint.active(at) for v in mine):
                yield tier, first, last, None, rates(model.get_prices(at, {name: value}), dropped)


def merged(rows):
    """Neighbouring stretches with the same price become one."""
    kept = []
    for row in rows:
        tier, first, last, when, price = row
        for index, (old_tier, old_first, old_last, old_when, old_price) in enumerate(kept):
            same = (old_tier, old_when, old_price) == (tier, when, price)
            if same and old_last is not None and old_last == first:
                kept[index] = (tier, old_first, last, when, price)
                break
        else:
            kept.append(row)
    return kept


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def model_lines(provider, model, taken):
    """Lines of one entry, or none when there is nothing the book could hold."""
    dropped = set()
    rows = merged([*standard_rows(model, dropped), *tier_rows(model, dropped)])
    if "embed" in model.id:
        # An embedding has no output to bill, whatever its row says.
        for _, _, _, _, (base, above) in rows:
            for some in [base, *above.values()]:
                some.pop("output", None)
    if not all(base for _, _, _, _, (base, _) in rows):
        return []
    if all(Decimal(v) == 0 for _, _, _, _, (base, _) in rows for v in base.values()):
        return []  # Free today is unpriced, not 0: nobody promises it.
    wanted, unwanted = patterns(model.match)
    name = model.id.lower()
    wanted = list(dict.fromkeys(w.lower() for w in wanted))
    # The first entry in the list owns a name; upstream decides in the same way.
    names = [w for w in wanted if w != name and ("*" in w or "#" in w or (provider, w) not in taken)]
    if not names and (provider, name) in taken:
        return []
    lines = ["[[model]]", f"provider = {json.dumps(OUR_IDS.get(provider, provider))}", f"model = {json.dumps(name)}"]
    taken.update((provider, w) for w in [name, *names])
    if model.name and model.name.lower() != name:
        lines.append(f"label = {json.dumps(model.name, ensure_ascii=False)}")
    if names:
        lines.append(f"match = {json.dumps(names)}")
    if unwanted:
        lines.append(f"except = {json.dumps(unwanted)}")
    if dropped:
        lines.append(f"not_included = {json.dumps(sorted(dropped))}")
    for tier, first, last, when, (base, above) in rows:
        lines.append("[[model.price]]")
        if tier != "standard":
            lines.append(f'service_tier = "{tier}"')
        if first:
            lines.append(f"valid_from = {first}")
        if last:
            lines.append(f"valid_to = {last}")
        if when:
            lines.append(f'hours_utc = ["{clock(when[0])}", "{clock(when[1])}"]')
        lines += [f"{key} = {value}" for key, value in order(base)]
        if above:
            tiers = [f"{{ above = {start}, {inline(order(above[start]))} }}" for start in sorted(above)]
            lines.append(f"context_tiers = [{', '.join(tiers)}]")
    return [*lines, ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", required=True, type=datetime.date.fromisoformat, help="day of this update")
    target = pathlib.Path(__file__).resolve().parent.parent / "src" / "pricing" / "book.toml"
    parser.add_argument("--out", type=pathlib.Path, default=target)
    arguments = parser.parse_args()
    package = importlib.metadata.version("genai-prices")

    by_id = {provider.id: provider for provider in providers}
    lines = [
        "# The embedded price book, written by scripts/update_prices.py. Do not edit: put own prices into",
        "# a file of the same form, or into the settings, where they win over these.",
        "#",
        f"# Source: genai-prices {package} (https://github.com/pydantic/genai-prices), taken on {arguments.date}.",
        "# Licence of the source: MIT, Copyright (c) Pydantic Services Inc. 2025 to present.",
        "#",
        "# Prices are in US dollars: a million tokens (input, output, ...), a million characters, an hour",
        "# of audio, one request. Days are UTC, `valid_to` is the first day without the price. `match` may",
        "# hold `*` (any text) and `#` (one digit); an exact name wins, then the first pattern in the file.",
        "",
        f'version = "genai-prices-{package}+{arguments.date}"',
        'currency = "USD"',
        "",
        "# A class of tokens without a price of its own is billed as the class named here, as the source",
        "# does. A class in neither place is missing, and the cost is then marked partial.",
        "[billed_as]",
        'reasoning = "output"',
        'input_audio = "input"',
        'input_image = "input"',
        'cached_audio = "cache_read"',
        "",
        "# Who sells the models of others at their prices, where no row of its own says otherwise.",
        "[sells_models_of]",
    ]
    for provider_id in PROVIDERS:
        others = [OUR_IDS.get(p, p) for p in by_id[provider_id].fallback_model_providers or [] if p in PROVIDERS]
        if others:
            lines.append(f"{provider_id} = {json.dumps(others)}")
    lines.append("")
    taken = set()
    for provider_id in PROVIDERS:
        for model in by_id[provider_id].models:
            lines += model_lines(provider_id, model, taken)
    arguments.out.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
