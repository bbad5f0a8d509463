#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "bot/link.hpp"

namespace bot::rehearse {

/// One person's own connection to the built-in room.
class Guest {
 public:
  Guest(boost::asio::io_context&, unsigned short port, std::string token);

  bool here() const { return here_; }
  const std::string& direct_chat() const { return direct_chat_; }  ///< the channel shared with the bot
  /// Asks for something; the number under which the answer comes.
  std::int64_t ask(boost::json::object frame);
  /// The answer, once it is there.
  const boost::json::object* answer(std::int64_t ask) const;
  bool sees(const std::string& message) const { return messages_.contains(message); }

 private:
  void frame(std::string_view text);
  void line(const boost::json::object&);

  std::string token_;
  bool here_ = false;
  std::string gone_;  ///< why the connection ended
  std::string direct_chat_;
  std::int64_t asked_ = 0;
  std::map<std::int64_t, boost::json::object> answers_;
  std::set<std::string> messages_;
  std::unique_ptr<WebLink> link_;
};

/// A member of a frame, or nothing.
std::string text_of(const boost::json::object&, std::string_view name);

}  // namespace bot::rehearse
