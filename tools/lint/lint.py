#!/usr/bin/env python3
"""Runs every check over the project. Each finding says where, what, and what to do instead.

usage: tools/lint/lint.py [CHECK ...]     layers, banned, shape, format; all when none is named
"""

import sys

import banned
import format
import layers
import shape
import sources

CHECKS = {"layers": layers, "banned": banned, "shape": shape, "format": format}


def main():
    names = sys.argv[1:] or list(CHECKS)
    if any(name not in CHECKS for name in names):
        sys.exit(__doc__)
    findings = sorted(finding for name in names for finding in CHECKS[name].check(sources.ROOT))
    for finding in findings:
        print(finding)
    print(f"lint: {len(findings)} findings ({', '.join(names)})")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
