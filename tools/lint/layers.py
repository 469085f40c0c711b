"""A room includes only what its line in layers.txt names. The rules are told in that file."""

import re

import sources
from sources import Finding

TEST_FILE = re.compile(r"_(test|bench|fuzz|testing)$")
TESTS_MAY_ALSO = {"edn", "store"}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def read(root):
    """Gives room → set of rooms that it may include, and findings about the file itself."""
    allowed, findings = {}, []
    for number, raw in enumerate((root / "layers.txt").read_text().split("\n"), 1):
        line = raw.split("#")[0].strip()
        if not line:
            continue
        room, colon, rest = line.partition(":")
        room = room.strip()
        if not colon or room in allowed:
            findings.append(
                Finding("layers.txt", number, f"'{line}' is no new `room: rooms`", "One line a room.")
            )
            continue
        for below in rest.split():
            if below not in allowed:
                findings.append(
                    Finding(
                        "layers.txt",
                        number,
                        f"'{room}' names '{below}', which is not on a line above",
                        "Arrows go down: move the line, or the code.",
                    )
                )
        allowed[room] = set(rest.split())
    return allowed, findings


def check_public(file):
    """include/stele: the standard library and stele only."""
    for number, line in enumerate(file.lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, name = match.groups()
        is_standard = kind == "<" and re.fullmatch(r"[a-z_0-9]+", name)
        if not is_standard and not (kind == "<" and name.startswith("stele/")):
            yield Finding(
                file.path,
                number,
                f"a public header may not include {name}",
                "Only <standard> and <stele/...>: whoever includes us gets nothing else.",
            )


def check_room(file, allowed):
    """src/ROOM: what layers.txt says. Other folders may include what they like."""
    _, room, *inner = file.path.split("/")
    if room not in allowed:
        yield Finding(file.path, 1, f"layers.txt has no room '{room}'", "Add its line, or move the file.")
        return
    may = allowed[room] | {room}
    if TEST_FILE.search(file.stem):
        may |= TESTS_MAY_ALSO
    for number, line in enumerate(file.lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, name = match.groups()
        target, slash, rest = name.partition("/")
        if kind == "<":
            if slash and target in allowed:
                yield Finding(
                    file.path, number, f"<{name}> is a room's", f'Write #include "{name}".'
                )
            continue
        if not slash or target not in allowed:
            yield Finding(
                file.path,
                number,
                f'"{name}" names no room',
                'Write "room/file.h" for ours, from src, and <...> for all others.',
            )
        elif target not in may:
            yield Finding(
                file.path,
                number,
                f"{room} may not include {target}",
                f"layers.txt lets it include: {' '.join(sorted(allowed[room])) or 'nothing'}.",
            )
        elif target == room == "backend" and len(inner) > 1:
            leaf = rest.split("/")
            if len(leaf) > 1 and leaf[0] != inner[0]:
                yield Finding(
                    file.path,
                    number,
                    f"backend/{inner[0]} may not include backend/{leaf[0]}",
                    "Backends are leaves. What two of them share belongs to store.",
                )


def check(root):
    allowed, findings = read(root)
    for file in sources.files(root, sources.CPP):
        if file.path.startswith("include/"):
            findings.extend(check_public(file))
        elif file.path.startswith("src/") and file.path.count("/") > 1:
            findings.extend(check_room(file, allowed))
    return findings
