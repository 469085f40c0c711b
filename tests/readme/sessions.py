"""Runs the shell sessions of pages: every block that begins with `$ `, in order, in one folder a page.

usage: sessions.py PATH_OF_STELE PAGE.md ...

A command goes on over lines until its quotes are closed; what follows, up to the next `$ ` or the end of
the block, must be what it prints (standard output, then standard error).
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile


def is_whole(command):
    try:
        shlex.split(command)
        return not command.endswith("\\")
    except ValueError:
        return False


def steps(page):
    """(command, expected output) for each command of a page."""
    for block in re.findall(r"^```\n(\$ .*?)^```$", page, re.DOTALL | re.MULTILINE):
        lines = block.splitlines()
        while lines:
            command = lines.pop(0)[2:]
            while not is_whole(command):
                command += "\n" + lines.pop(0)
            output = []
            while lines and not lines[0].startswith("$ "):
                output.append(lines.pop(0))
            yield command, "".join(line + "\n" for line in output)


def run_page(path, folder, environment):
    failures = 0
    for command, wanted in steps(pathlib.Path(path).read_text()):
        ran = subprocess.run(["bash", "-c", command], cwd=folder, env=environment,
                             capture_output=True, text=True)
        got = ran.stdout + ran.stderr
        if got == wanted:
            continue
        failures += 1
        print(f"FAIL {path}: {command}\n--- wanted\n{wanted}--- got\n{got}")
    return failures


def main():
    stele, pages = sys.argv[1], sys.argv[2:]
    path = os.path.dirname(os.path.abspath(stele)) + os.pathsep + os.environ["PATH"]
    failures = 0
    for page in pages:
        with tempfile.TemporaryDirectory() as folder:
            failures += run_page(page, folder, {**os.environ, "PATH": path})
    return 1 if failures else 0


sys.exit(main())
