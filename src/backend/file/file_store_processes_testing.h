// Several processes on one store, and processes that are killed.
#pragma once

namespace stele::backend {

// `writers` processes add lines to one head for `ms` milliseconds, each sometimes by a swap. Then
// every acknowledged line must be there, once.
void run_writers(int writers, int ms);

// A process adds lines and is killed at a random moment, `rounds` times on the same store. Every
// acknowledged line must be there each time, and at most one more.
void run_kills(int rounds);

}  // namespace stele::backend
