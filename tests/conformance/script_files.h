// The files that conformance tests run: every tests/conformance/*.edn, and the samples of the pages
// that are written in the same form. Tests run in the project's root.
#pragma once

#include <string>
#include <vector>

namespace stele::conformance {

// Their paths, ascending.
std::vector<std::string> script_files();
// The script in a file; of a page, what stands in its ```edn blocks, on the lines where it stands.
std::string script_text(const std::string& path);
// The file's name as part of a test's name.
std::string script_name(const std::string& path);

}  // namespace stele::conformance
