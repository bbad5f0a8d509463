#pragma once
#include <cstdint>
#include <string>

#include "workflow/ids.hpp"
#include "workflow/money.hpp"

// The few kinds of value that a command may hold besides ids, money, dates, numbers and text. The reader derives the
// grammar of a verb from the types of its command's members: these stand by position, everything else is `key=value`.
namespace workflow {

/// `v2`: the version that the typist has seen.
struct Version {
  std::int64_t n = 0;
  bool operator==(const Version&) const = default;
};

/// `#a1b2`: the beginning of the digest that the typist has seen, in lower case, without the #.
struct HashPrefix {
  std::string hex;
  bool operator==(const HashPrefix&) const = default;
};

/// Free words at the end of a line, bare or as `key="…"`: a reason, a message.
struct Phrase {
  std::string words;
  bool operator==(const Phrase&) const = default;
};

/// An amount that stands by its position: `/release M-5.1 300`.
struct Amount {
  Money money;
  bool operator==(const Amount&) const = default;
};

/// A title that stands by its position, in quotes or as one word: `/milestone add C-5 "Final" 500`.
struct Title {
  std::string words;
  bool operator==(const Title&) const = default;
};

/// `from=C-5`: the contract whose terms are copied.
struct From {
  ContractId contract;
  bool operator==(const From&) const = default;
};

/// A zone of the IANA data, `Europe/Berlin`: the reader takes no other name.
struct Zone {
  std::string name;
  bool operator==(const Zone&) const = default;
};

/// `@ana`, without the @.
struct Handle {
  std::string name;
  bool operator==(const Handle&) const = default;
};

/// `--yes`: no preview, act at once.
struct Yes {
  bool given = false;
  bool operator==(const Yes&) const = default;
};

}  // namespace workflow
