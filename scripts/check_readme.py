#!/usr/bin/env python3
"""Runs what the README shows, against a real server, and compares what it says with the program.

    scripts/check_readme.py [BINARY]          (default: target/release/analytics)

A block is run if a comment stands right above its fence:

    <!-- check -->                            must end with status 0
    <!-- check expect=REGEX -->               and its output must match
    <!-- check save=NAME expect=REGEX -->     and its last line replaces NAME in later blocks
    <!-- check trace ... -->                  with a small file in the form of the public trace at hand; it is run
                                              twice, and its totals must be those of the file, once
    <!-- check stopped -->                    after the server has stopped; what it copied must then start

`sh` runs in bash, `python` in Python, `js` in Node, `toml` must pass `config check`. The address in the text is
replaced by that of the server, and `analytics` is the binary. Needs only Python's standard library.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8080"
TRACE = "AzureLLMInferenceTrace_conv.csv"
TRACE_ROWS = [("2023-11-16 18:15:46.6805900", 374, 44), ("2023-11-16 18:15:50.9951690", 396, 109), ("2023-11-16 18:15:51.2224670", 879, 55)]
BLOCK = re.compile(r"^<!-- check(?P<options>[^\n]*?) -->\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

results = {"passed": 0, "failed": 0}


def check(name, action):
    """Runs one check and counts it."""
    try:
        action()
    except (AssertionError, OSError, LookupError, ValueError, subprocess.SubprocessError) as error:
        results["failed"] += 1
        print(f"FAILED  {name}\n{error!s}".rstrip().replace("\n", "\n        "))
    else:
        results["passed"] += 1
        print(f"ok      {name}")


class Server:
    """The program, serving from a folder on a free port."""

    started = []

    def __init__(self, folder, environment, data="data"):
        self.log = folder / f"{data}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["analytics", "serve", "--listen", "127.0.0.1:0", "--data", data],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )
        Server.started.append(self.process)
        self.url = self.heard(r"listening on (http://\S+)")

    def heard(self, pattern):
        for _ in range(300):
            found = re.search(pattern, self.log.read_text())
            if found:
                return found[1]
            assert self.process.poll() is None, f"the server ended: {self.log.read_text()}"
            time.sleep(0.1)
        raise AssertionError(f"the server did not say {pattern}: {self.log.read_text()}")

    def get(self, path, key=None, agent=BROWSER):
        headers = {"User-Agent": agent} | ({"Authorization": f"Bearer {key}"} if key else {})
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers), timeout=30) as answer:
            return answer.headers.get_content_type(), answer.read()

    def summary(self, key):
        return json.loads(self.get("/api/v1/summary", key)[1])

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == 0, f"the server ended with {self.process.returncode}: {self.log.read_text()}"


class Readme:
    """The README's blocks, run in one folder as a reader would."""

    def __init__(self, folder, environment):
        self.folder, self.environment, self.saved = folder, environment, {}

    def run(self, language, text, server):
        for name, value in {ADDRESS: server.url, **self.saved}.items():
            text = text.replace(name, value)
        if language == "toml":
            (self.folder / "check.toml").write_text(text)
            language, text = "sh", "analytics config check --config check.toml"
        command = {"sh": ["bash", "-euo", "pipefail"], "python": [sys.executable, "-"], "js": ["node", "-"]}[language]
        done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=self.folder, env=self.environment, timeout=120)
        assert done.returncode == 0, f"status {done.returncode}\n{text}\n{done.stdout}{done.stderr}"
        return done.stdout

    def block(self, options, language, text, server):
        output = self.run(language, text, server)
        expect = re.search(r"expect=(.+)$", options)
        assert not expect or re.search(expect[1], output), f"`{expect[1]}` is not in the output\n{text}\n{output}"
        save = re.search(r"save=(\w+)", options)
        if save:
            self.saved[save[1]] = output.strip().splitlines()[-1]

    def trace(self, options, language, text, server):
        rows = "".join(f"{time},{context},{generated}\n" for time, context, generated in TRACE_ROWS)
        (self.folder / TRACE).write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n" + rows)
        figures = lambda: [server.summary(self.saved["YOUR_READ_KEY"])[name] for name in ("events", "input_tokens", "output_tokens")]
        before = figures()
        self.block(options, language, text, server)
        self.block(options, language, text, server)
        added = [after - former for after, former in zip(figures(), before)]
        # 374 + 396 + 879 and 44 + 109 + 55, counted once.
        assert added == [3, 1649, 208], f"two imports of the same three rows added {added}"


def title_of(position):
    """The heading above a place in the README, and the line it is on."""
    headings = re.findall(r"^#+ (.+)$", README[:position], re.M)
    return f"{headings[-1]} (line {README.count(chr(10), 0, position) + 1})"


def commands_and_flags():
    """Every `analytics …` in the README: its subcommands and its flags."""
    known = {"config": 2, "key": 2, "user": 2, "bench": 2}
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```$", README, re.M | re.S)).replace("\\\n", " ")
    lines = re.findall(r"(?:^|\| )analytics (.+)$", shell, re.M) + re.findall(r"`analytics ([a-z][^`]*)`", README)
    for line in sorted(set(lines)):
        words = re.sub(r"'[^']*'|\"[^\"]*\"", "", line).split()
        names = [word for word in words[: known.get(words[0], 1)] if re.fullmatch(r"[a-z-]+", word)]
        yield line, names, re.findall(r"(?<=\s)--[a-z-]+", " " + line)


def program_has(names, flags, environment):
    done = subprocess.run(["analytics", *names, "--help"], capture_output=True, text=True, env=environment, timeout=30)
    assert done.returncode == 0, f"`analytics {' '.join(names)}` is not there: {done.stderr}"
    missing = [flag for flag in flags if flag not in done.stdout]
    assert not missing, f"`analytics {' '.join(names)}` does not know {missing}"


def fields_are_the_programs():
    source = (ROOT / "src/ingest/field.rs").read_text(encoding="utf-8")
    table = source[source.index("pub const FIELDS") : source.index("static BY_NAME")]
    program = set(re.findall(r'\b(?:text|count|other)\(\s*"(\w+)"', table))
    section = README[README.index("<!-- fields -->") : README.index("<!-- /fields -->")]
    told = {name for row in re.findall(r"^\| (`.+?) \|", section, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert told == program, f"only in the README: {sorted(told - program)}; only in the program: {sorted(program - told)}"


def attributes_are_the_scripts():
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "static/src/js/snippet").glob("*.js")))
    script = {name for pair in re.findall(r'settings\.(?!js\b)(\w+)|"(\w+)" in settings', source) for name in pair if name}
    section = README[README.index("<!-- attributes -->") : README.index("<!-- /attributes -->")]
    told = set(re.findall(r"^\| `data-(\w+)", section, re.M))
    assert told == script, f"only in the README: {sorted(told - script)}; only in the script: {sorted(script - told)}"


def tag_loads_the_script(server):
    source = re.search(r'<script defer src="([^"]+)" data-key="YOUR_INGEST_KEY">', README)
    kind, text = server.get(source[1].removeprefix(ADDRESS))
    assert kind == "text/javascript" and b"page_view" in text, f"{kind}: {text[:80]}"


def links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README):
        assert (ROOT / target).exists(), f"there is no {target}"


def pixel_counts(server, ingest, read):
    before = server.summary(read)["events"]
    kind, _ = server.get(f"/v1/pixel.gif?key={ingest}&type=page_view&url=https%3A%2F%2Fexample.com%2Fdocs")
    assert kind == "image/gif", kind
    added = server.summary(read)["events"] - before
    assert added == 1, f"a pixel added {added} events"


def main():
    binary = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/analytics").resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bin").mkdir()
        (folder / "bin/analytics").symlink_to(binary)
        (folder / "config.example.toml").write_text((ROOT / "config.example.toml").read_text(encoding="utf-8"))
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ANALYTICS")}
        environment["PATH"] = f"{folder / 'bin'}:{environment['PATH']}"
        os.environ["PATH"] = environment["PATH"]
        readme = Readme(folder, environment)

        check("links to files lead somewhere", links_lead_somewhere)
        check("the table of fields is the program's", fields_are_the_programs)
        check("the table of attributes is the script's", attributes_are_the_scripts)
        for line, names, flags in commands_and_flags():
            check(f"analytics {line[:60]}", lambda: program_has(names, flags, environment))

        server = Server(folder, environment)
        readme.saved["YOUR_INGEST_KEY"] = ingest = server.heard(r"(an_ingest_\w+)")
        blocks = [(found["options"], found["language"], found["text"], title_of(found.start())) for found in BLOCK.finditer(README)]
        assert blocks, "the README has no block to run"
        for options, language, text, title in [block for block in blocks if "stopped" not in block[0]]:
            run = readme.trace if "trace" in options else readme.block
            check(f"{title}: {language}", lambda: run(options, language, text, server))
        read = readme.saved.get("YOUR_READ_KEY", "")
        check("the pixel counts a page view", lambda: pixel_counts(server, ingest, read))
        check("the tag loads the script", lambda: tag_loads_the_script(server))

        before = server.summary(read)
        check("the server stops when it is told to", server.stop)
        for options, language, text, title in [block for block in blocks if "stopped" in block[0]]:
            check(f"{title}: {language}", lambda: readme.block(options, language, text, server))

        def copy_serves():
            copy = Server(folder, environment, "data-backup")
            after = copy.summary(read)
            copy.stop()
            assert after == before, f"{before} became {after}"

        check("a copy of the folder holds the same", copy_serves)

    print(f"\nREADME: {results['passed']} passed, {results['failed']} failed")
    sys.exit(1 if results["failed"] else 0)


if __name__ == "__main__":
    try:
        main()
    finally:
        for process in Server.started:
            if process.poll() is None:
                process.kill()
