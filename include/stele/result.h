// Result<T>: a T, or the Error that stands in its way.
//
// Works with and without exceptions. `value()` is for callers that would rather not look: it
// throws `stele::Exception` where exceptions are on and ends the process with the error's message
// where they are off. Everyone else asks `ok()` first and then uses `*result` or `error()`.
//
// Thread safety: as that of T.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <stele/error.h>

namespace stele {

// Thrown by Result::value() and by nothing else.
class Exception : public std::exception {
 public:
  explicit Exception(Error error);
  const Error& error() const { return error_; }
  const char* what() const noexcept override;

 private:
  Error error_;
  std::string what_;
};

namespace detail {
[[noreturn]] void throw_or_abort(const Error& error);
}

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  // The value; programmer's error if !ok().
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

  // The error; programmer's error if ok().
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

  // The value, or an exception.
  T& value() & { return check(), *value_; }
  const T& value() const& { return check(), *value_; }
  T value() && { return check(), std::move(*value_); }

  T value_or(T other) && { return ok() ? std::move(*value_) : std::move(other); }

 private:
  void check() const {
    if (!ok()) detail::throw_or_abort(*error_);
  }

  std::optional<T> value_;
  std::optional<Error> error_;
};

// A Result of nothing: done, or the Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }
  void value() const {
    if (!ok()) detail::throw_or_abort(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Done = Result<void>;

}  // namespace stele
