#!/usr/bin/env python3
"""Compares retention and funnels of a running server with an independent calculation in pandas.

The data are the 69,659 purchases of 23,570 customers of CDNOW in 1997 and 1998 (Fader and Hardie), as the package
`lifetimes` (MIT) ships them; nothing of them is kept here. They are sent over HTTP to a server that is started for it on
a temporary folder, and then asked for:

    pip install pandas lifetimes
    python3 scripts/check_people.py --binary target/release/analytics

Or with `--url` and an admin `--key` of an empty project in UTC. Dates are moved by 1,040 whole weeks, as the server takes
no event from before 2000. Ends with status 1 if any figure differs.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

BATCH = 2_000
WINDOW = pd.Timedelta(days=30)


def purchases(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, sep=r"\s+", skiprows=1, names=["user", "date", "cds", "dollars"], dtype={"user": str})
    frame["at"] = pd.to_datetime(frame["date"].astype(str), format="%Y%m%d") + pd.Timedelta(weeks=1_040)
    # The order of receipt decides between purchases of one day, so what is sent is what is looked at.
    return frame.sort_values("at", kind="stable").reset_index(drop=True)


@contextlib.contextmanager
def started(binary: Path) -> Iterator[tuple[str, str]]:
    """A server on a temporary folder: its address, and an admin key of its first project, whose zone is UTC."""
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--data", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
            try:
                said = iter(server.stdout or [])
                url = next(line.split()[-1] for line in said if line.startswith("listening on "))
                # It is ready once it has said where its data are.
                next(line for line in said if line.startswith("data folder: "))
                made = [binary, "key", "create", "--kind", "admin", "--name", "check", "--data", folder]
                yield url, subprocess.run(made, check=True, capture_output=True, text=True).stdout.strip()
            finally:
                server.terminate()


def call(url: str, key: str, body: bytes | None = None) -> dict:
    request = urllib.request.Request(url, data=body, headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def send(frame: pd.DataFrame, url: str, key: str) -> None:
    for start in range(0, len(frame), BATCH):
        events = [
            {"type": "purchase", "user_id": row.user, "timestamp": row.at.strftime("%Y-%m-%dT%H:%M:%SZ"), "metadata": {"cds": int(row.cds)}}
            for row in frame.iloc[start : start + BATCH].itertuples()
        ]
        call(f"{url}/v1/events", key, json.dumps(events).encode())


def retention(frame: pd.DataFrame, unit: str, columns: int, later: bool) -> dict:
    """Sizes and counts by cohort: the plain group-by of every textbook."""
    bucket = frame["at"].dt.to_period({"week": "W-SUN", "month": "M"}[unit])
    seen = pd.DataFrame({"user": frame["user"], "bucket": bucket.map(lambda period: period.ordinal)}).drop_duplicates()
    seen["cohort"] = seen.groupby("user")["bucket"].transform("min")
    seen["offset"] = seen["bucket"] - seen["cohort"]
    start = {ordinal: pd.Period(ordinal=ordinal, freq=bucket.dt.freq).start_time.date().isoformat() for ordinal in seen["cohort"].unique()}
    answer = {}
    for cohort, members in seen.groupby("cohort"):
        last = members.groupby("user")["offset"].max()
        counts = [
            int((last >= column).sum()) if later else int((members["offset"] == column).sum()) for column in range(columns)
        ]
        answer[start[cohort]] = (members["user"].nunique(), counts)
    return answer


def funnel(frame: pd.DataFrame, steps: list, window: pd.Timedelta, strict: bool, since, until) -> list:
    """People by step: every entry is walked, and the one that gets furthest counts."""
    reached = [0] * len(steps)
    for _, rows in frame.groupby("user", sort=False):
        times, sizes, best = list(rows["at"]), list(rows["cds"]), 0
        for entry in range(len(times)):
            if not (since <= times[entry] < until and steps[0](sizes[entry])):
                continue
            depth = 1
            for place in range(entry + 1, len(times)):
                if depth == len(steps) or times[place] > times[entry] + window:
                    break
                if steps[depth](sizes[place]):
                    depth += 1
                elif strict:
                    break
            best = max(best, depth)
        for depth in range(best):
            reached[depth] += 1
    return reached


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, help="the program, to be started on a temporary folder")
    parser.add_argument("--url", help="a server that runs already, for example http://127.0.0.1:8080")
    parser.add_argument("--key", help="an admin key of an empty project in UTC, for --url")
    parser.add_argument("--data", type=Path, help="CDNOW_master.txt, where `lifetimes` is not installed")
    asked = parser.parse_args()
    if (asked.binary is None) == (asked.url is None or asked.key is None):
        parser.error("give either --binary, or --url and --key")
    if asked.data is None:
        package = find_spec("lifetimes")
        if package is None or package.origin is None:
            parser.error("install `lifetimes`, or name its CDNOW_master.txt with --data")
        asked.data = Path(package.origin).parent / "datasets" / "CDNOW_master.txt"
    frame = purchases(asked.data)
    if asked.binary is None:
        return check(frame, asked.url, asked.key)
    with started(asked.binary) as (url, key):
        return check(frame, url, key)


def check(frame: pd.DataFrame, url: str, key: str) -> int:
    """Sends everything, asks for everything, and says what differs."""
    send(frame, url, key)
    loaded = call(f"{url}/api/v1/summary", key)
    print(f"sent {len(frame)} purchases of {frame['user'].nunique()} customers; the server has {json.dumps(loaded)[:120]}")
    if loaded["events"] != len(frame):
        print("the project was not empty, or not all were taken")
        return 1

    def ask(what: str, **parameters) -> dict:
        query = urllib.parse.urlencode(parameters, doseq=True)
        return call(f"{url}/api/v1/{what}?{query}", key)

    failures = compared = 0

    def compare(name: str, found, expected) -> None:
        nonlocal failures, compared
        compared += 1
        failures += found != expected
        print(f"{'same' if found == expected else 'DIFFERENT'}: {name}")
        if found != expected:
            print(f"  server {found}\n  pandas {expected}")

    for unit, columns in [("week", 13), ("month", 13)]:
        for mode in ["on", "on_or_after"]:
            expected = retention(frame, unit, columns, mode == "on_or_after")
            answer = ask("retention", interval=unit, columns=columns, mode=mode, **{"from": min(expected), "to": max(expected)})
            found = {row["cohort"]: (row["size"], [cell["part"] for cell in row["cells"]]) for row in answer["rows"] if row["size"] > 0}
            compare(f"retention by {unit}, {mode}: {len(expected)} cohorts of {columns} columns", found, expected)
    few, many = (lambda cds: cds < 3), (lambda cds: cds > 2)
    since, until = frame["at"].min(), frame["at"].min() + pd.Timedelta(days=90)
    for name, steps, tests in [
        ("three purchases", ["purchase"] * 3, [lambda cds: True] * 3),
        ("a small one, then a large one", ["purchase;metadata.cds:less:3", "purchase;metadata.cds:greater:2"], [few, many]),
        ("large, small, large", ["purchase;metadata.cds:greater:2", "purchase;metadata.cds:less:3", "purchase;metadata.cds:greater:2"], [many, few, many]),
    ]:
        for order in ["sequential", "strict"]:
            answer = ask(
                "funnel",
                step=steps,
                order=order,
                window="30d",
                **{"from": since.date().isoformat(), "to": (until - pd.Timedelta(days=1)).date().isoformat()},
            )
            found = [step["people"] for step in answer["steps"]]
            compare(f"funnel of {name}, {order}", found, funnel(frame, tests, WINDOW, order == "strict", since, until))
    print(f"{failures} of {compared} comparisons differ" if failures else f"all {compared} comparisons agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
