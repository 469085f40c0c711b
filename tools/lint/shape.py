"""The outside of a file: its length, its name, how it opens, words that must not be in it."""

import re

import sources
from sources import Finding

LINES_MAX = 800
VAGUE_NAME = re.compile(r"(^|[_\-.])(utils?|common|misc|helpers?|managers?)([_\-.]|$)")
# Written apart, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.:~$}>/])/(work|home|root|Users)/")
LINT = ("tools/lint/selftest.py", "tools/lint/shape.py")


def check_length(file):
    count = len(file.lines) - (file.lines[-1] == "")
    if count > LINES_MAX:
        yield Finding(
            file.path,
            count,
            f"{count} lines; {LINES_MAX} are the ceiling, 400 are usual",
            "A file is one noun: find the second one in it.",
        )


def check_name(file):
    for part in file.path.split("/"):
        stem = part.rsplit(".", 1)[0] if part == file.name else part
        if VAGUE_NAME.search(stem):
            yield Finding(
                file.path, 1, f"'{part}' says nothing", "Name the one thing that is in it."
            )


def check_header(file):
    if not file.text.startswith("//"):
        yield Finding(
            file.path,
            1,
            "a header opens with a comment",
            "Say what the thing is, why it exists, who owns it, whether threads may share it.",
        )
    if not re.search(r"^#pragma once$", file.text, re.MULTILINE):
        yield Finding(file.path, 1, "no `#pragma once`", "Put it after the opening comment.")


def check_words(file):
    for number, line in enumerate(file.lines, 1):
        match = UNFINISHED.search(line) if file.suffix in sources.CODE else None
        if match:
            yield Finding(
                file.path, number, f"'{match[0]}' stands for unfinished work", "Do it, or leave it out."
            )
        match = MACHINE_PATH.search(line)
        if match:
            yield Finding(
                file.path, number, f"'{match[0]}' is somebody's machine", "Write paths from the root of the project."
            )


def check(root):
    findings = []
    for file in sources.files(root, sources.TEXT):
        if file.path not in LINT:
            findings.extend(check_words(file))
        if file.suffix in sources.CODE:
            findings.extend(check_length(file))
            findings.extend(check_name(file))
        if file.suffix == ".h":
            findings.extend(check_header(file))
    return findings
