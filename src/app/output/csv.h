// CSV (RFC 4180): a line of column names, then a line for each row, ended by CR LF.
//
// Names are the plain heads of the grid: those of :keys, :strs or :syms if the query has one of
// these, otherwise those of :find, without the question mark. A scalar is its plain text
// (app/output/plain.h); what has none (vectors, sets, maps, arrays) is written as JSON. nil is an
// empty field, the empty text a quoted empty field. Quoted is what holds a comma, a quote, a line
// break, or a space at either end.
#pragma once

#include "app/output/grid.h"
#include "app/output/sink.h"

namespace stele::app {

void write_csv(Sink& out, const Grid& grid);

}  // namespace stele::app
