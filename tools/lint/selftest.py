#!/usr/bin/env python3
"""Feeds the checks bad samples, each of which must be found, and good ones, which must not."""

import pathlib
import shutil
import tempfile
import unittest

import banned
import format
import layers
import shape
import sources

HEADER = "// A thing.\n#pragma once\n"
LAYERS = "base:\nvalue: base\nstore: base\nedn: value base\nbackend: store base\ntree: store value base\n"


class Project(unittest.TestCase):
    """A project of a few files in a temporary folder."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        self.write("layers.txt", LAYERS)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def found(self, check):
        return [f"{finding.path}:{finding.line}" for finding in check.check(self.root)]


class Layers(Project):
    def assert_include(self, path, include, is_fine):
        self.write(path, f"{HEADER}#include {include}\n")
        self.assertEqual(self.found(layers), [] if is_fine else [f"{path}:3"], f"{path} {include}")
        (self.root / path).unlink()

    def test_rooms_include_what_their_line_names(self):
        self.assert_include("src/value/a.h", '"base/b.h"', True)
        self.assert_include("src/value/a.h", '"value/b.h"', True)
        self.assert_include("src/value/a.h", '"edn/b.h"', False)
        self.assert_include("src/tree/a.cc", '"edn/b.h"', False)

    def test_only_tests_may_also_use_edn_and_store(self):
        self.assert_include("src/value/a_test.cc", '"edn/b.h"', True)
        self.assert_include("src/value/a_fuzz.cc", '"store/b.h"', True)
        self.assert_include("src/value/a_test.cc", '"tree/b.h"', False)

    def test_backends_do_not_know_each_other(self):
        self.assert_include("src/backend/file/a.cc", '"backend/file/b.h"', True)
        self.assert_include("src/backend/file/a.cc", '"backend/s3/b.h"', False)

    def test_includes_are_written_from_src(self):
        self.assert_include("src/value/a.cc", '"cell.h"', False)
        self.assert_include("src/value/a.cc", '"../base/b.h"', False)
        self.assert_include("src/value/a.cc", "<base/b.h>", False)
        self.assert_include("src/value/a.cc", "<boost/b.hpp>", True)

    def test_public_headers_include_the_standard_library_and_stele(self):
        self.assert_include("include/stele/a.h", "<vector>", True)
        self.assert_include("include/stele/a.h", "<stele/b.h>", True)
        self.assert_include("include/stele/a.h", '"base/b.h"', False)
        self.assert_include("include/stele/a.h", "<boost/b.hpp>", False)

    def test_an_unknown_room_is_found(self):
        self.write("src/cellar/a.cc", "")
        self.assertEqual(self.found(layers), ["src/cellar/a.cc:1"])

    def test_a_line_names_only_rooms_above_it(self):
        self.write("layers.txt", "base: value\nvalue: base\n")
        self.assertEqual(self.found(layers), ["layers.txt:1"])
        self.write("layers.txt", "base:\nbase:\n")
        self.assertEqual(self.found(layers), ["layers.txt:2"])


class Banned(Project):
    def test_each_rule_finds_its_bad_samples_and_no_good_one(self):
        for rule in banned.rules():
            for line in rule.bad:
                self.assertRegex(sources.code_only(line), rule.pattern)
            for line in rule.good:
                self.assertNotRegex(sources.code_only(line), rule.pattern)

    def test_calls_are_found_where_they_are_not_at_home(self):
        call = "\nauto t = std::chrono::system_clock::now();\n"
        for path in ["src/tree/a.cc", "src/base/a.h", "include/stele/a.h"]:
            self.write(path, call)
        for path in ["src/base/system_clock.cc", "src/backend/file/a.cc", "src/tree/a_test.cc", "tests/x/a.cc"]:
            self.write(path, call)
        self.assertEqual(self.found(banned), ["include/stele/a.h:2", "src/base/a.h:2", "src/tree/a.cc:2"])

    def test_comments_and_literals_are_no_calls(self):
        self.write("src/tree/a.cc", "// assert(x)\n/* rand()\n rand() */ int n = 1'000;\nauto s = \"rand()\";\n")
        self.assertEqual(self.found(banned), [])
        self.write("src/tree/a.cc", "/*\n*/ char c = '\"'; int x = rand(); char d = '\"';\n")
        self.assertEqual(self.found(banned), ["src/tree/a.cc:2"])

    def test_raw_strings_are_no_calls(self):
        self.write("src/tree/a.cc", 'auto s = R"x(\nassert(" )" )\n)x"; assert(s);\n')
        self.assertEqual(self.found(banned), ["src/tree/a.cc:3"])


class Shape(Project):
    def test_long_files_are_found(self):
        self.write("src/base/a.cc", "int x;\n" * 800)
        self.assertEqual(self.found(shape), [])
        self.write("src/base/a.cc", "int x;\n" * 801)
        self.assertEqual(self.found(shape), ["src/base/a.cc:801"])

    def test_names_that_say_nothing_are_found(self):
        self.write("src/base/string_util.cc", "")
        self.write("src/base/common/a.cc", "")
        self.write("src/base/utility_of_force.cc", "")
        self.assertEqual(self.found(shape), ["src/base/common/a.cc:1", "src/base/string_util.cc:1"])

    def test_headers_open_with_a_comment_and_are_read_once(self):
        self.write("src/base/a.h", HEADER)
        self.write("src/base/b.h", "#pragma once\n")
        self.write("src/base/c.h", "// A thing.\n")
        self.assertEqual(self.found(shape), ["src/base/b.h:1", "src/base/c.h:1"])

    def test_unfinished_work_and_somebodys_paths_are_found(self):
        self.write("src/base/a.cc", "// TODO: more\n// see /home/me/notes\n// src/home/a, https://a.org/home/b\n")
        self.write("docs/a.md", "TODO lists\nare in /home/me/notes\n")
        self.assertEqual(self.found(shape), ["docs/a.md:2", "src/base/a.cc:1", "src/base/a.cc:2"])


@unittest.skipIf(format.program() is None, "no clang-format here")
class Format(Project):
    def test_unformatted_files_are_found(self):
        shutil.copy(sources.ROOT / ".clang-format", self.root)
        self.write("src/base/a.cc", "int  x;\n")
        self.write("src/base/b.cc", "int x;\n")
        self.assertEqual(self.found(format), ["src/base/a.cc:1"])

    def test_includes_are_grouped(self):
        shutil.copy(sources.ROOT / ".clang-format", self.root)
        good = '#include "base/a.h"\n\n#include <vector>\n\n#include <boost/b.hpp>\n\n'
        good += '#include <stele/c.h>\n\n#include "base/d.h"\n'
        self.write("src/base/a.cc", good)
        self.assertEqual(self.found(format), [])
        self.write("src/base/a.cc", '#include <stele/c.h>\n#include <vector>\n')
        self.assertEqual(self.found(format), ["src/base/a.cc:1"])


if __name__ == "__main__":
    unittest.main(verbosity=0)
