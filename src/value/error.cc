#include <utility>
#include <vector>

#include <stele/error.h>
#include <stele/value.h>

namespace stele {

std::string_view name(ErrorCategory category) {
  switch (category) {
    case ErrorCategory::conflict:
      return "conflict";
    case ErrorCategory::unknown:
      return "unknown";
    case ErrorCategory::unavailable:
      return "unavailable";
    case ErrorCategory::invalid:
      return "invalid";
    case ErrorCategory::corrupt:
      return "corrupt";
    case ErrorCategory::collected:
      return "collected";
    case ErrorCategory::closed:
      return "closed";
    case ErrorCategory::limit:
      return "limit";
    case ErrorCategory::internal:
      return "internal";
  }
  return "internal";
}

struct Error::Body {
  ErrorCategory category;
  std::string code;
  std::string message;
  Value data;
};

Error::Error(ErrorCategory category, std::string_view code, std::string message)
    : body_(std::make_shared<const Body>(
          Body{category, std::string(code), std::move(message), Value::map({})})) {}

Error::Error(std::shared_ptr<const Body> body) : body_(std::move(body)) {}

Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

ErrorCategory Error::category() const { return body_->category; }
const std::string& Error::code() const { return body_->code; }
const std::string& Error::message() const { return body_->message; }
const Value& Error::data() const { return body_->data; }

Error Error::with(std::string_view key, Value value) const {
  const auto old = body_->data.entries();
  std::vector<Value::Entry> entries(old.begin(), old.end());
  entries.emplace_back(Value::keyword(key), std::move(value));
  Body body = *body_;
  body.data = Value::map(std::move(entries));
  return Error(std::make_shared<const Body>(std::move(body)));
}

Error Error::because(std::string_view sentence) const {
  Body body = *body_;
  body.message += body.message.empty() ? "" : " ";
  body.message += sentence;
  return Error(std::make_shared<const Body>(std::move(body)));
}

Error invalid(std::string_view code, std::string message) {
  return Error(ErrorCategory::invalid, code, std::move(message));
}
Error corrupt(std::string_view code, std::string message) {
  return Error(ErrorCategory::corrupt, code, std::move(message));
}
Error unavailable(std::string_view code, std::string message) {
  return Error(ErrorCategory::unavailable, code, std::move(message));
}

}  // namespace stele
