// PostgresPool: the sessions of one store that are not in use, and the way to new ones.
//
// Thread safety: may be used from any number of threads at once.
// Ownership: leases borrow the pool and end before it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/postgres/postgres_connection.h"
#include "base/mutex.h"

namespace stele::backend {

class PostgresPool {
 public:
  PostgresPool(PostgresSettings settings, base::Environment& environment)
      : settings_(std::move(settings)), environment_(environment) {}

  // A session while it is in use; it comes back unless it is lost.
  class Lease {
   public:
    Lease(PostgresPool& pool, std::unique_ptr<PostgresConnection> connection, bool fresh)
        : pool_(&pool), connection_(std::move(connection)), fresh_(fresh) {}
    ~Lease() {
      if (connection_) pool_->give_back(std::move(connection_));
    }
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    PostgresConnection* operator->() const { return connection_.get(); }
    // Has it been opened for this lease?
    bool fresh() const { return fresh_; }

   private:
    PostgresPool* pool_;
    std::unique_ptr<PostgresConnection> connection_;
    bool fresh_;
  };

  const PostgresSettings& settings() const { return settings_; }
  Result<Lease> take(Deadline deadline);

  // Runs what means the same when it is done twice: after a session was lost that had been idle, it
  // does so once more on another.
  Result<PostgresConnection::Answers> run_idempotent(std::span<const PostgresCommand> commands,
                                                     std::string_view what, Deadline deadline);

 private:
  void give_back(std::unique_ptr<PostgresConnection> connection);

  const PostgresSettings settings_;
  base::Environment& environment_;
  base::Mutex mutex_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_;  // guarded by mutex_
};

}  // namespace stele::backend
