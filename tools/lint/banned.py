"""Calls that go around the interfaces through which time, files and the like come in."""

import pathlib
import re
import tomllib

import sources
from sources import Finding

RULES = pathlib.Path(__file__).with_name("banned.toml")


class Rule:
    def __init__(self, entry, outside):
        self.pattern = re.compile(entry["pattern"])
        self.instead = entry["instead"]
        self.allowed = []
        for name in entry["allowed"]:
            self.allowed += outside if name == "outside" else [name]
        self.bad, self.good = entry["bad"], entry["good"]


def rules():
    data = tomllib.loads(RULES.read_text())
    return [Rule(entry, data["outside"]) for entry in data["banned"]]


def check_file(file, all_rules):
    lines = sources.code_only(file.text).split("\n")
    for rule in all_rules:
        if file.is_any_of(rule.allowed):
            continue
        for number, line in enumerate(lines, 1):
            match = rule.pattern.search(line)
            if match:
                yield Finding(file.path, number, f"'{match[0].strip()}' is banned here", rule.instead)


def check(root):
    all_rules = rules()
    return [
        finding
        for file in sources.files(root, sources.CPP)
        for finding in check_file(file, all_rules)
    ]
