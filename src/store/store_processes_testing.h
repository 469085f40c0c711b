// Several processes on one store, and processes that are killed.
//
// The store is there, and without heads; `open` gives a Store object on it, also in a process that
// was forked. Whoever calls holds no Store object that has threads or connections of its own.
#pragma once

#include <functional>
#include <memory>

#include <stele/store.h>

namespace stele::store {

using OpenStore = std::function<std::shared_ptr<Store>()>;

// `writers` processes add lines to one head for `ms` milliseconds, each sometimes by a swap. Then
// every acknowledged line must be there, once.
void run_writers(const OpenStore& open, int writers, int ms);

// Who does the writing that a process asked for: it itself, or a server, which may still do it when
// the process has been killed.
enum class Writing { by_process, by_server };

// A process adds lines and is killed at a random moment, `rounds` times on the same store. Every
// acknowledged line must be there each time, and at most one more.
void run_kills(const OpenStore& open, int rounds, Writing writing = Writing::by_process);

}  // namespace stele::store
