// What went wrong, said so that a program and a person can both act on it.
//
// Every operation of stele that can fail gives a `Result` (see result.h) that holds either its
// value or an `Error`. An error has a *category*, one of nine, chosen by what the caller does
// next; a *code*, the keyword by which tests and programs tell errors apart (":transact/unique");
// a *message* for a person that says what, where and how to mend it; and *data*, a map.
//
// Thread safety: an Error is an immutable value; copies share their body.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace stele {

class Value;

// What the caller can do about it.
enum class ErrorCategory : unsigned char {
  conflict,     // somebody else was first: read again and retry
  unknown,      // it may or may not have happened: ask again later (the nonce tells)
  unavailable,  // the store cannot be reached or does not exist now: wait, or name another
  invalid,      // the request is wrong: change it
  corrupt,      // bytes in storage are not what was written: repair or restore
  collected,    // the past asked for was removed by garbage collection: ask for something newer
  closed,       // the connection was released: open another
  limit,        // a stated limit ended it: ask for less or raise the limit
  internal,     // a defect of stele: report it
};

std::string_view name(ErrorCategory category);

class Error {
 public:
  // `code` is written without its colon, e.g. "transact/unique".
  Error(ErrorCategory category, std::string_view code, std::string message);
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  Error& operator=(Error&&) noexcept;
  ~Error();

  ErrorCategory category() const;
  const std::string& code() const;
  const std::string& message() const;
  // A map from keyword to value; empty when there is nothing to add.
  const Value& data() const;

  // The same error with one more entry in its data, or with a sentence added to its message.
  Error with(std::string_view key, Value value) const;
  Error because(std::string_view sentence) const;

 private:
  struct Body;
  explicit Error(std::shared_ptr<const Body> body);
  std::shared_ptr<const Body> body_;
};

// Short forms for the commonest categories.
Error invalid(std::string_view code, std::string message);
Error corrupt(std::string_view code, std::string message);
Error unavailable(std::string_view code, std::string message);

}  // namespace stele
