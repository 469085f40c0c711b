"""Runs the README's samples against the databases that it speaks of.

usage: check.py README.md PATH_OF_STELE PATH_OF_THE_COMPILED_SAMPLE
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PRODUCTS = """{:tx-data [
  {:db/id 1 :product/sku "W001" :product/name "Widget" :product/price 9.99}
  {:db/id 2 :product/sku "G002" :product/name "Gadget" :product/price 24.50}
  {:db/id 3 :product/sku "T003" :product/name "Thingamajig" :product/price 3.75}]
 :tx-meta {:db/txInstant #inst "2025-10-01"}}"""
PRICES = """{:tx-data [[:db/add 1 :product/price 12.49]]
 :tx-meta {:db/txInstant #inst "2025-12-01"}}"""
STOCK = """[{:stock/sku "W001" :stock/count 140} {:stock/sku "G002" :stock/count 0}
 {:stock/sku "T003" :stock/count 58}]"""


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def expect(what, got, wanted):
    if got == wanted:
        print(f"ok   {what}")
        return 0
    print(f"FAIL {what}\n--- wanted\n{wanted}\n--- got\n{got}")
    return 1


def make_databases(stele, folder):
    for name in ("catalog", "inventory"):
        run([stele, "create", f"file:{name}", "--schema-on-read"], cwd=folder, check=True)
    for name, forms in (("catalog", PRODUCTS), ("catalog", PRICES), ("inventory", STOCK)):
        run([stele, "transact", f"file:{name}", forms], cwd=folder, check=True)


def shell_sample(readme):
    """The first block that begins with `$ stele`, as its command and what it prints."""
    block = re.search(r"```\n\$ (stele .*?)```", readme, re.DOTALL).group(1)
    command, _, output = block.partition("--table\n")
    return command + "--table", output


def main():
    readme, stele, sample = pathlib.Path(sys.argv[1]).read_text(), sys.argv[2], sys.argv[3]
    path = os.path.dirname(stele) + os.pathsep + os.environ["PATH"]
    with tempfile.TemporaryDirectory() as folder:
        make_databases(stele, folder)
        command, wanted = shell_sample(readme)
        shell = run(["bash", "-c", command], cwd=folder, env={**os.environ, "PATH": path})
        failures = expect("the query in the shell", shell.stdout + shell.stderr, wanted)
        program = run([sample], cwd=folder)
        lines = "\n".join(sorted(program.stdout.split("\n")))
        failures += expect("the C++ sample", (program.returncode, lines),
                           (0, "\nGadget: 0\nThingamajig: 58\nWidget: 140"))
    return 1 if failures else 0


sys.exit(main())
