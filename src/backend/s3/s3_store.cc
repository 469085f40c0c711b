#include "backend/s3/s3_store.h"

#include <algorithm>

#include "backend/s3/s3_heads.h"
#include "backend/s3/s3_objects.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {

using base::text;

namespace {

// Each commit writes the whole tail again, so that a fold pays early.
constexpr StoreTraits kTraits = {.writable = true,
                                 .cheap_append = false,
                                 .tail_bytes_soft = 64 << 10,
                                 .tail_bytes_hard = 512 << 10,
                                 .gather_ms = 5,
                                 .parallel_reads = 64};

bool is_object_key(const std::string& key) { return check_key(key).ok(); }

class S3StoreImpl final : public Store {
 public:
  S3StoreImpl(std::unique_ptr<S3Client> client, bool read_only)
      : client_(std::move(client)), objects_(*client_), heads_(*client_), traits_(kTraits) {
    traits_.writable = !read_only;
  }

  std::string url() const override { return client_->address().url(); }
  StoreTraits traits() const override { return traits_; }

  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override;
  std::vector<Result<Bytes>> read_many(std::span<const ReadRequest> requests,
                                       Deadline deadline) override;
  Done write_once(const std::string& key, ByteView bytes, Deadline deadline) override;
  Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                          Deadline deadline) override;
  Done remove(std::span<const std::string> keys, Deadline deadline) override;
  Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless, std::uint64_t,
                             Deadline deadline) override;
  HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                      Deadline deadline) override;
  Result<std::vector<std::string>> head_names(Deadline deadline) override;
  Result<Salvage> salvage_head(const std::string& name, Deadline deadline) override;
  Done restore_head(const std::string& name, ByteView bytes, Deadline deadline) override;
  Done destroy(Deadline deadline) override;

 private:
  Done check_time(std::string_view doing, Deadline deadline) const {
    return store::check_deadline(url(), doing, deadline, client_->environment());
  }
  Done check_write(std::string_view doing, Deadline deadline) const {
    if (!traits_.writable) return store::read_only(url());
    return check_time(doing, deadline);
  }
  Result<std::vector<std::string>> all_names(const std::string& prefix, Deadline deadline);
  Done check_ours(std::span<const std::string> names) const;
  bool is_ours(const std::string& name) const;

  const std::unique_ptr<S3Client> client_;
  S3Objects objects_;
  S3Heads heads_;
  StoreTraits traits_;
};

Result<Store::Bytes> S3StoreImpl::read(const std::string& key, ByteRange range, Deadline deadline) {
  const ReadRequest request{key, range};
  return std::move(read_many({&request, 1}, deadline).front());
}

std::vector<Result<Store::Bytes>> S3StoreImpl::read_many(std::span<const ReadRequest> requests,
                                                         Deadline deadline) {
  if (auto in_time = check_time("reading", deadline); !in_time.ok()) {
    return std::vector<Result<Bytes>>(requests.size(), in_time.error());
  }
  return objects_.read(requests, deadline);
}

Done S3StoreImpl::write_once(const std::string& key, ByteView bytes, Deadline deadline) {
  STELE_DO(check_key(key));
  STELE_DO(check_write(text("writing ", key), deadline));
  return objects_.write_once(key, bytes, deadline);
}

Result<ObjectPage> S3StoreImpl::list(const std::string& prefix, const std::string& from,
                                     Deadline deadline) {
  STELE_DO(check_time("listing objects", deadline));
  STELE_TRY(auto page, objects_.list(prefix, from, deadline));
  std::erase_if(page.objects, [](const ObjectInfo& info) { return !is_object_key(info.key); });
  return page;
}

Done S3StoreImpl::remove(std::span<const std::string> keys, Deadline deadline) {
  for (const auto& key : keys) STELE_DO(check_key(key));
  STELE_DO(check_write("removing objects", deadline));
  return objects_.remove(keys, deadline);
}

// --- heads -------------------------------------------------------------------------------------

Result<HeadRead> S3StoreImpl::read_head(const std::string& name, const HeadVersion& unless,
                                        std::uint64_t, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_DO(check_time(text("reading the head ", name), deadline));
  return heads_.read(name, unless, deadline);
}

HeadWrite S3StoreImpl::swap_head(const std::string& name, const HeadVersion& expected,
                                 ByteView bytes, Deadline deadline) {
  if (auto valid = check_head_name(name); !valid.ok()) return store::failed(valid.error());
  auto may = check_write(text("replacing the head ", name), deadline);
  if (!may.ok()) return store::failed(may.error());
  return heads_.swap(name, expected, bytes, deadline);
}

Result<std::vector<std::string>> S3StoreImpl::head_names(Deadline deadline) {
  STELE_DO(check_time("listing heads", deadline));
  STELE_TRY(auto names, all_names("heads/", deadline));
  for (auto& name : names) name.erase(0, std::string_view("heads/").size());
  std::erase_if(names, [](const std::string& name) { return !check_head_name(name).ok(); });
  return names;
}

Result<Store::Salvage> S3StoreImpl::salvage_head(const std::string& name, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_DO(check_time(text("salvaging the head ", name), deadline));
  return heads_.salvage(name, deadline);
}

Done S3StoreImpl::restore_head(const std::string& name, ByteView bytes, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_DO(check_write(text("restoring the head ", name), deadline));
  return heads_.restore(name, bytes, deadline);
}

// --- everything --------------------------------------------------------------------------------

// All names in the bucket under the store's prefix and this one, without the store's.
Result<std::vector<std::string>> S3StoreImpl::all_names(const std::string& prefix,
                                                        Deadline deadline) {
  std::vector<std::string> names;
  std::string from;
  do {
    STELE_TRY(auto page, objects_.list(prefix, from, deadline));
    for (auto& info : page.objects) names.push_back(std::move(info.key));
    from = std::move(page.next);
  } while (!from.empty());
  return names;
}

// A bucket without a prefix may hold other things, whose names say nothing.
bool S3StoreImpl::is_ours(const std::string& name) const {
  for (const std::string_view folder : {"heads/", "tmp/", "packs/", "garbage/"}) {
    if (name.starts_with(folder)) return true;
  }
  return !client_->address().prefix().empty() && is_object_key(name);
}

// Another store below this one would be destroyed with it.
Done S3StoreImpl::check_ours(std::span<const std::string> names) const {
  for (const auto& name : names) {
    const auto heads = name.find("/heads/");
    if (heads == std::string::npos || name.starts_with("packs/")) continue;
    return invalid("store/foreign",
                   text("There is another store in ", url(), ", at ", name.substr(0, heads),
                        ". Delete that one first; nothing was removed."));
  }
  return {};
}

Done S3StoreImpl::destroy(Deadline deadline) {
  STELE_DO(check_write("destroying everything", deadline));
  STELE_TRY(auto names, all_names("", deadline));
  STELE_DO(check_ours(names));
  std::erase_if(names, [this](const std::string& name) { return !is_ours(name); });
  const auto others = std::ranges::partition(
      names, [](const std::string& name) { return name.starts_with("heads/"); });
  const auto heads = static_cast<std::size_t>(others.begin() - names.begin());
  STELE_DO(objects_.remove(std::span(names).first(heads), deadline));
  return objects_.remove(std::span(names).subspan(heads), deadline);
}

Result<std::unique_ptr<S3Client>> make_client(const S3StoreOptions& options) {
  const AwsSources sources = options.sources ? *options.sources : system_aws_sources();
  STELE_TRY(auto settings, complete_aws_settings(options.settings, sources));
  STELE_TRY(auto address, S3Address::make(options.bucket, options.prefix, settings.endpoint,
                                          settings.region, options.path_style));
  auto http = options.http ? options.http : net::shared_http_client(settings.ca_bundle);
  auto reload = [said = options.settings, sources,
                 http](Deadline deadline) -> Result<AwsCredentials> {
    STELE_TRY(auto again, complete_aws_settings(said, sources));
    if (again.service.kind == CredentialService::Kind::none) return std::move(again.credentials);
    return ask_credentials(again.service, *http, deadline);
  };
  auto& environment = options.environment ? *options.environment : base::system_environment();
  return std::make_unique<S3Client>(std::move(address), std::move(settings), std::move(reload),
                                    std::move(http), environment);
}

}  // namespace

Result<std::shared_ptr<Store>> S3Store::open(const S3StoreOptions& options) {
  STELE_TRY(auto client, make_client(options));
  auto& environment = client->environment();
  return store::make_retrying_store(
      std::make_shared<S3StoreImpl>(std::move(client), options.read_only), options.retry,
      environment);
}

Result<bool> S3Store::exists(const S3StoreOptions& options) {
  STELE_TRY(auto store, open(options));
  const auto page = store->list("heads/", "", Deadline{});
  if (page.ok()) return true;
  if (page.error().code() == "store/missing") return false;
  return page.error();
}

Result<std::vector<std::string>> S3Store::folders(const S3StoreOptions& options) {
  STELE_TRY(const auto client, make_client(options));
  STELE_TRY(auto folders, S3Objects(*client).folders(Deadline{}));
  std::erase_if(folders, [](const std::string& name) {
    return name == "heads" || name == "packs" || name == "tmp";
  });
  return folders;
}

}  // namespace stele::backend
