"""What the checks look at (the project's files) and what they say (findings)."""

import dataclasses
import fnmatch
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Folders that hold nothing of ours. In a second work tree .git is a file.
SKIPPED = {"build", ".git", ".cache", "node_modules", "__pycache__"}
CPP = {".h", ".cc"}
CODE = CPP | {".py", ".mjs"}
TEXT = CODE | {".txt", ".md", ".cmake", ".json", ".toml", ".yml", ".yaml", ".edn", ".sh", ".html", ""}


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str  # from the project's root
    line: int
    what: str
    instead: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}\n    {self.instead}"


class File:
    """One file. `path` is written from the project's root, with slashes."""

    def __init__(self, root, path):
        self.path = path
        self.name = path.rsplit("/", 1)[-1]
        self.stem, self.suffix = os.path.splitext(self.name)
        if self.name.startswith("."):
            self.suffix = ""
        self.text = (root / path).read_bytes().decode(errors="replace")
        self.lines = self.text.split("\n")

    def is_any_of(self, patterns):
        return any(fnmatch.fnmatch(self.path, pattern) for pattern in patterns)


def files(root, suffixes):
    """All of the project's files with these suffixes, in order of their paths."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(set(names) - SKIPPED):
            suffix = "" if name.startswith(".") else os.path.splitext(name)[1]
            path = pathlib.Path(folder, name)
            if suffix in suffixes and path.is_file():
                found.append(path.relative_to(root).as_posix())
    return [File(root, path) for path in sorted(found)]


_COMMENT_OR_STRING = re.compile(
    r"""
    //[^\n]*
    | /\*.*?\*/
    | R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"
    | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'
    | "(?:\\.|[^"\\\n])*"
    """,
    re.VERBOSE | re.DOTALL,
)


def code_only(text):
    """C++ without its comments and literals, on the same lines as before."""

    def blank(match):
        return '""' + "\n" * match[0].count("\n") if match[0][0] != "/" else "\n" * match[0].count("\n")

    # The names in #include lines look like strings; they are no code either.
    return _COMMENT_OR_STRING.sub(blank, text)
