// Peer: an engine that a suite runs on, stele as well as those it is measured against.
//
// An engine that is not on this machine is not there: its maker gives null and says why. What an
// engine cannot run it does not run: prepare() gives null. Neither is ever counted as won.
#pragma once

#include <memory>
#include <string>

#include "answer.h"
#include "data_set.h"
#include "query_row.h"
#include "samples.h"

namespace stele::bench {

// A query made ready, prepared once.
class Runner {
 public:
  virtual ~Runner() = default;
  // Runs once with every argument; the answers together.
  virtual Answer answer() = 0;
  // Runs for about so long, consuming every result wholly, and adds the time of one run, again and
  // again. Runs of a few microseconds are timed together.
  virtual void sample(double budget_ms, Samples& samples) = 0;
};

// A Runner in this process: it says only what a run is.
class LocalRunner : public Runner {
 public:
  void sample(double budget_ms, Samples& samples) override;

 protected:
  // Run number i, with the argument whose turn it is. What it answers depends on all of the result,
  // so that nothing can be left out.
  virtual std::uint64_t run(std::size_t i) = 0;

 private:
  std::size_t next_ = 0;
  std::size_t batch_ = 0;  // runs timed together; 0: not known yet
  std::uint64_t sink_ = 0;
};

class Peer {
 public:
  virtual ~Peer() = default;
  virtual std::string name() const = 0;
  // Makes the data set there, in memory, and lets go of the one before. Throws if it cannot.
  virtual void load(const DataSet& data) = 0;
  // Null, with the reason in `why`, if it cannot run this row.
  virtual std::unique_ptr<Runner> prepare(const QueryRow& row, std::string& why) = 0;
};

std::unique_ptr<Peer> make_stele();
// Null, with the reason in `why`, if the engine is not on this machine. `folder` is where
// `npm install --prefix` put packages.
std::unique_ptr<Peer> make_sqlite(std::string& why);
std::unique_ptr<Peer> make_duckdb(const std::string& folder, std::string& why);
std::unique_ptr<Peer> make_datascript(const std::string& folder, std::string& why);

}  // namespace stele::bench
