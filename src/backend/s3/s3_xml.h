// Just enough XML to read what S3 answers: elements by name, without looking at what is around
// them. Answers never nest an element in one of the same name.
//
// Thread safety: functions of their arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stele::backend {

// What is inside each <element>…</element>, in order; "" for <element/>.
std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view element);

// The text of the first, with entities replaced; "" if there is none.
std::string xml_text(std::string_view xml, std::string_view element);

std::string xml_escaped(std::string_view text);

}  // namespace stele::backend
