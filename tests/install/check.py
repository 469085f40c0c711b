"""Installs a build into a temporary folder and builds examples/consumer against it, both ways.

usage: check.py SOURCE_FOLDER BUILD_FOLDER CMAKE CXX

The folder is moved once after installing: nothing in it may know where it was put first.
"""
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

WANTED = "Widget: 140\n"


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"FAIL {what}: wanted {wanted!r}, got {got!r}")
    print(f"ok   {what}")


def install(cmake, build, folder):
    run([cmake, "--install", build, "--prefix", "/usr"], env={**os.environ, "DESTDIR": folder / "stage"})
    (folder / "stage/usr").rename(folder / "stele")
    return folder / "stele"


def with_cmake(cmake, cxx, example, prefix, folder):
    run([cmake, "-S", example, "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}",
         f"-DCMAKE_CXX_COMPILER={cxx}"])
    run([cmake, "--build", folder])
    return run([folder / "consumer"])


def with_pkg_config(cxx, example, prefix, program):
    package = next(prefix.rglob("stele.pc")).parent
    flags = run(["pkg-config", "--cflags", "--libs", "stele"],
                env={**os.environ, "PKG_CONFIG_PATH": str(package)})
    run([cxx, "-std=c++20", example / "main.cc", *shlex.split(flags), "-o", program])
    return run([program])


def main():
    source, build, cmake, cxx = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    example = source / "examples/consumer"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prefix = install(cmake, build, folder)
        run([prefix / "bin/stele", "--help"])
        for file in ("include/stele/stele.h", "share/doc/stele/README.md"):
            expect(f"{file} is there", (prefix / file).is_file(), True)
        expect("find_package", with_cmake(cmake, cxx, example, prefix, folder / "build"), WANTED)
        expect("pkg-config", with_pkg_config(cxx, example, prefix, folder / "consumer"), WANTED)


main()
