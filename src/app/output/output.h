// Output: in which format a command prints what it found, and the printing.
#pragma once

#include "app/output/grid.h"
#include "app/output/sink.h"

namespace stele::app {

enum class Format : std::uint8_t {
  automatic,  // table on a terminal, edn into a pipe or a file
  edn,        // the value, on one line
  pretty,     // the value, broken over lines
  json,
  ndjson,
  csv,
  table,
};

// Error: invalid `:output/format`, which lists the names there are.
Result<Format> format_named(std::string_view name);
// "edn, pretty, json, ndjson, csv, table"
std::string format_names();

struct Output {
  Format format = Format::automatic;
  // The terminal's columns, or 0 if output goes elsewhere. Tables and pretty EDN fit into it.
  std::size_t width = 0;
};

// Of standard output. COLUMNS, where it is set, counts in place of the terminal's own width.
std::size_t terminal_width();

// To standard output. Datoms in EDN are one a line. Error: `unavailable` `:output/failed`.
Done print(const Relation& relation, const Output& output);
Done print(const std::vector<Datom>& datoms, const Output& output);
// One a line in EDN; with all their datoms, except in a table or CSV.
Done print(const std::vector<Transaction>& transactions, const Output& output);
Done print(const Value& value, const Output& output);

// The same into a sink.
void write(Sink& out, const Relation& relation, const Output& output);
void write(Sink& out, const std::vector<Datom>& datoms, const Output& output);
void write(Sink& out, const std::vector<Transaction>& transactions, const Output& output);
void write(Sink& out, const Value& value, const Output& output);

}  // namespace stele::app
