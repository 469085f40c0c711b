#include "inventory.h"

#include <charconv>
#include <unordered_set>

#include "deb822.h"

namespace debian {

using stele::Result;
using stele::Value;

namespace {

// Calls `each` with every paragraph.
template <typename Each>
stele::Done for_each_paragraph(std::string_view text, Each each) {
  ParagraphReader reader(text);
  Paragraph paragraph;
  for (;;) {
    auto more = reader.next(paragraph);
    if (!more.ok()) return more.error();
    if (!*more) return {};
    each(paragraph);
  }
}

std::string name_of(const Paragraph& paragraph, const Machine& machine) {
  std::string name(paragraph["Package"]);
  const auto architecture = paragraph["Architecture"];
  if (architecture != "all" && architecture != machine.architecture) {
    name.append(":").append(architecture);
  }
  return name;
}

Value entity_of(const Paragraph& paragraph, const Machine& machine, bool automatically) {
  const auto name = name_of(paragraph, machine);
  std::vector<Value::Entry> entries;
  auto add = [&](const char* attribute, Value v) {
    entries.emplace_back(Value::keyword("installed", attribute), std::move(v));
  };
  add("name", name);
  add("version", paragraph["Version"]);
  add("architecture", paragraph["Architecture"]);
  const auto size = paragraph["Installed-Size"];
  std::int64_t kib = 0;
  if (std::from_chars(size.data(), size.data() + size.size(), kib).ec == std::errc()) {
    add("kib", kib);
  }
  if (auto on = machine.unpacked(name)) add("on", *on);
  if (automatically) add("automatically", true);
  return Value::map(std::move(entries));
}

}  // namespace

Result<Value> inventory_forms(const Machine& machine) {
  std::unordered_set<std::string> automatic;
  auto states = for_each_paragraph(machine.extended_states, [&](const Paragraph& paragraph) {
    if (paragraph["Auto-Installed"] == "1") automatic.insert(name_of(paragraph, machine));
  });
  if (!states.ok()) return states.error();
  std::vector<Value> forms;
  auto done = for_each_paragraph(machine.status, [&](const Paragraph& paragraph) {
    if (!paragraph["Status"].ends_with(" installed")) return;
    const bool chosen = automatic.contains(name_of(paragraph, machine));
    forms.push_back(entity_of(paragraph, machine, chosen));
  });
  if (!done.ok()) return done.error();
  return Value::vector(std::move(forms));
}

}  // namespace debian
