#!/usr/bin/env python3
"""clang-format over every .h and .cc file: a check, or with --write the change itself."""

import re
import shutil
import subprocess
import sys

import sources
from sources import Finding

PROGRAMS = ["clang-format-14", "clang-format"]
FILES_AT_ONCE = 40


def program():
    for name in PROGRAMS:
        if shutil.which(name):
            return name
    return None


def run(root, options):
    paths = [file.path for file in sources.files(root, sources.CPP)]
    said = ""
    for i in range(0, len(paths), FILES_AT_ONCE):
        command = [program(), "--style=file", *options, *paths[i : i + FILES_AT_ONCE]]
        said += subprocess.run(command, cwd=root, capture_output=True, text=True).stderr
    return said


def check(root):
    if program() is None:
        return [Finding(".clang-format", 1, "clang-format is missing", "tools/install-packages lint")]
    first = {}
    for match in re.finditer(r"^(.+?):(\d+):\d+: (?:error|warning): (.*)$", run(root, ["--dry-run", "-Werror"]), re.M):
        first.setdefault(match[1], (int(match[2]), match[3]))
    return [
        Finding(path, line, "not as clang-format would write it", "make format")
        for path, (line, _) in first.items()
    ]


if __name__ == "__main__":
    if program() is None:
        sys.exit("clang-format is missing: tools/install-packages lint")
    if sys.argv[1:] == ["--write"]:
        sys.stderr.write(run(sources.ROOT, ["-i"]))
    else:
        for finding in check(sources.ROOT):
            print(finding)
