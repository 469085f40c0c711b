// Tables, for people: aligned columns under their heads.
//
//    ?name         ?price   ?stock
//   ───────────────────────────────
//    Thingamajig     3.75       58
//    Widget          9.99      140
//   2 rows
//
// Columns of numbers stand to the right. Texts are shown without quotes, everything nested as EDN
// on one line, an absent value as nothing. Rows that are a set are sorted by all their columns. A
// map is shown lengthwise, an attribute a line.
#pragma once

#include "app/output/grid.h"
#include "app/output/sink.h"

namespace stele::app {

// `width`: columns of the terminal, into which the table is made to fit by cutting the widest
// columns with an ellipsis, texts before numbers; 0: nothing is cut.
void write_table(Sink& out, const Grid& grid, std::size_t width);

}  // namespace stele::app
