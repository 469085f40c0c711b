#include "app/output/output.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/output/csv.h"
#include "app/output/json.h"
#include "app/output/table.h"
#include "app/told.h"
#include "base/text.h"
#include "edn/writer.h"

namespace stele::app {

using base::text;

namespace {

struct Named {
  std::string_view name;
  Format format;
};
constexpr std::array<Named, 6> kFormats = {{{"edn", Format::edn},
                                            {"pretty", Format::pretty},
                                            {"json", Format::json},
                                            {"ndjson", Format::ndjson},
                                            {"csv", Format::csv},
                                            {"table", Format::table}}};
constexpr int kPrettyWidth = 80;  // where there is no terminal to fit into

Format chosen(const Output& output) {
  if (output.format != Format::automatic) return output.format;
  return output.width ? Format::table : Format::edn;
}

int pretty_width(const Output& output) {
  return output.width ? static_cast<int>(output.width) : kPrettyWidth;
}

// The formats that begin with a grid.
void write_grid(Sink& out, const Grid& grid, const Output& output) {
  switch (chosen(output)) {
    case Format::json:
      return write_json(out, grid);
    case Format::ndjson:
      return write_ndjson(out, grid);
    case Format::csv:
      return write_csv(out, grid);
    default:
      return write_table(out, grid, output.width);
  }
}

bool is_edn(const Output& output) {
  return chosen(output) == Format::edn || chosen(output) == Format::pretty;
}

void write_edn(Sink& out, const Value& value, const Output& output) {
  if (chosen(output) == Format::pretty) {
    out << edn::write_pretty(value, pretty_width(output));
  } else {
    out << edn::write(value);
  }
  out << "\n";
}

template <typename Told>
Done print_told(const Told& told, const Output& output) {
  Sink out(stdout);
  write(out, told, output);
  out.flush();
  if (!out.failed()) return {};
  return unavailable("output/failed",
                     text("Cannot write to standard output: ", std::strerror(errno)));
}

}  // namespace

Result<Format> format_named(std::string_view name) {
  for (const auto& known : kFormats) {
    if (known.name == name) return known.format;
  }
  return invalid("output/format",
                 text("there is no format '", name, "'; there are ", format_names()));
}

std::string format_names() {
  std::string names;
  for (const auto& known : kFormats) {
    if (!names.empty()) names += ", ";
    names += known.name;
  }
  return names;
}

std::size_t terminal_width() {
  if (::isatty(STDOUT_FILENO) != 1) return 0;
  std::size_t columns = 0;
  if (const char* given = std::getenv("COLUMNS")) {
    std::from_chars(given, given + std::strlen(given), columns);
  }
  winsize size{};
  if (columns == 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  return columns ? columns : kPrettyWidth;
}

void write(Sink& out, const Relation& relation, const Output& output) {
  if (is_edn(output)) return write_edn(out, relation.to_value(), output);
  write_grid(out, grid_of(relation), output);
}

void write(Sink& out, const std::vector<Datom>& datoms, const Output& output) {
  if (!is_edn(output)) return write_grid(out, grid_of(datoms), output);
  for (const auto& datom : datoms) out << edn::write(told(datom)) + "\n";
}

void write(Sink& out, const std::vector<Transaction>& transactions, const Output& output) {
  const Format format = chosen(output);
  if (format == Format::json || format == Format::ndjson) {
    return write_grid(out, grid_of(told(transactions)), output);
  }
  if (!is_edn(output)) return write_grid(out, grid_of(transactions), output);
  for (const auto& transaction : transactions) write_edn(out, told(transaction), output);
}

void write(Sink& out, const Value& value, const Output& output) {
  if (is_edn(output)) return write_edn(out, value, output);
  write_grid(out, grid_of(value), output);
}

Done print(const Relation& relation, const Output& output) { return print_told(relation, output); }
Done print(const std::vector<Datom>& datoms, const Output& output) {
  return print_told(datoms, output);
}
Done print(const std::vector<Transaction>& transactions, const Output& output) {
  return print_told(transactions, output);
}
Done print(const Value& value, const Output& output) { return print_told(value, output); }

}  // namespace stele::app
