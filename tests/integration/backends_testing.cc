#include "backends_testing.h"

#include "backend/postgres/postgres_server_testing.h"
#include "backend/s3/rados_gateway_testing.h"
#include "base/check.h"
#include "base/text.h"
#include "nginx_testing.h"
#include "program_testing.h"
#include "scene_testing.h"

namespace stele::scene {

using backend::PostgresServer;
using backend::RadosGateway;
using base::text;

namespace {

Scratch& scratch() {
  static Scratch scratch;
  return scratch;
}

std::string new_name() {
  static int names = 0;
  return text("db", names++);
}

Place of(const std::string& url) { return {url, url, {}}; }

Place in_memory() { return of(text("memory:", scratch().path(), '/', new_name())); }
Place in_files() { return of(scratch().url(new_name())); }
Place in_sqlite() { return of(text("sqlite:", scratch().file(new_name()))); }
Place in_postgres() { return of(PostgresServer::instance().url(PostgresServer::new_prefix())); }
Place in_a_bucket() { return of(RadosGateway::instance().url()); }

Place behind_a_cache() {
  return of(text("tiered:", scratch().file(new_name()), ',', RadosGateway::instance().url()));
}

Place on_a_web_server() {
  auto& nginx = Nginx::instance();
  const auto folder = nginx.new_folder();
  return {scratch().url(new_name()), text(nginx["url"], '/', folder),
          text(nginx["www"], '/', folder)};
}

}  // namespace

void Place::show() const {
  if (published.empty()) return;
  const auto ran = run_program(text("publish ", quoted(url), ' ', quoted(published)));
  EXPECT_EQ(ran.status, 0) << ran.out;
}

std::string Place::url_of_writer(int writer) const {
  const bool by_second = writer % 2 == 1 && url.find("s3://") != std::string::npos;
  return by_second ? RadosGateway::instance().through_the_second(url) : url;
}

std::span<const Backend> backends() {
  static constexpr Backend kBackends[] = {
      {"memory", in_memory, false, true},    {"file", in_files, true, true},
      {"sqlite", in_sqlite, true, true},     {"postgres", in_postgres, true, true},
      {"s3", in_a_bucket, true, true},       {"http", on_a_web_server, true, false},
      {"tiered", behind_a_cache, true, true}};
  return kBackends;
}

std::vector<std::size_t> backends_that(bool Backend::*so) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < backends().size(); ++i)
    if (backends()[i].*so) places.push_back(i);
  return places;
}

}  // namespace stele::scene
