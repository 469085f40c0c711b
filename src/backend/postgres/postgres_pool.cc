#include "backend/postgres/postgres_pool.h"

#include "base/try.h"

namespace stele::backend {

namespace {

// A session costs the server a process; more than these are closed again.
constexpr std::size_t kIdleMax = 4;

}  // namespace

Result<PostgresPool::Lease> PostgresPool::take(Deadline deadline) {
  for (;;) {
    std::unique_ptr<PostgresConnection> connection;
    {
      base::Lock held(mutex_);
      if (idle_.empty()) break;
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
    if (connection->still_there()) return Lease(*this, std::move(connection), false);
  }
  STELE_TRY(auto connection, PostgresConnection::open(settings_, environment_, deadline));
  return Lease(*this, std::move(connection), true);
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
  if (connection->lost()) return;
  base::Lock held(mutex_);
  if (idle_.size() < kIdleMax) idle_.push_back(std::move(connection));
}

Result<PostgresConnection::Answers> PostgresPool::run_idempotent(
    std::span<const PostgresCommand> commands, std::string_view what, Deadline deadline) {
  for (;;) {
    STELE_TRY(auto connection, take(deadline));
    auto answers = connection->run(commands, what, deadline);
    const bool again = !answers.ok() && connection->lost() && !connection.fresh() &&
                       !base::passed(deadline, environment_);
    if (!again) return answers;
  }
}

}  // namespace stele::backend
