#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "workflow/ids.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// What one side asks the other about a proposal, an offer or a contract, on record until it is answered (R-question-*).
namespace workflow::question {

enum class State { open, answered };
BOOST_DESCRIBE_ENUM(State, open, answered)

struct Question {
  QuestionId id;
  State state = State::open;
  AnyId about;
  Side by = Side::freelancer;
  std::string words;
  std::string answer;
  Instant at{};
  Instant answered_at{};
  bool operator==(const Question&) const = default;
};

// Commands
struct Ask {
  static constexpr std::string_view ids = "P O C";
  AnyId id;  ///< a proposal, an offer or a contract
  Phrase question;
};
BOOST_DESCRIBE_STRUCT(Ask, (), (id, question))
struct Answer {
  QuestionId id;
  Phrase answer;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (id, answer))

// Events
struct Asked {
  static constexpr std::string_view kind = "question.asked";
  QuestionId id;
  AnyId about;
  Side by = Side::freelancer;
  std::string words;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Asked, (), (id, about, by, words, at))
struct Answered {
  static constexpr std::string_view kind = "question.answered";
  QuestionId id;
  std::string words;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Answered, (), (id, words, at))

}  // namespace workflow::question
