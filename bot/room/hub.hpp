#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bot/room/frames.hpp"
#include "bot/room/invite.hpp"
#include "bot/room/store.hpp"

// What happens in the room. Frames that have arrived are handled together in one transaction; what they bring about
// is sent once it is on the disk.
namespace room {

enum class Close { unreadable = 1003, refused = 1008, later = 1013 };

/// A connected client, as the hub sees it.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual void send(std::shared_ptr<const std::string> line) = 0;
  /// Sends what waits, then closes.
  virtual void close(Close, std::string why) = 0;

  User user;  ///< row 0 until signed in
};

class Hub : public std::enable_shared_from_this<Hub> {
 public:
  Hub(boost::asio::io_context&, Store&, std::function<Millis()> clock);

  /// A frame of one or more lines. Handled as soon as nothing more is coming in.
  void arrived(std::shared_ptr<Peer>, std::string frame);
  void gone(Peer&);
  void stop();

  /// Makes or finds the user and gives them a new token. Durable when it returns.
  std::expected<Invited, Failure> invite(const InviteRequest&);

 private:
  struct Frame {
    std::shared_ptr<Peer> peer;
    std::string text;
  };
  /// What is sent, or why a connection ends, once the transaction stands.
  struct Effect {
    std::shared_ptr<Peer> peer;
    std::shared_ptr<const std::string> line;
    Close close{};
    std::string why;
  };
  void settle(std::size_t seen, int quiet_rounds);
  void handle_arrived();
  bool handle_together(std::vector<Frame>&);
  void handle_alone(Frame&);
  void handle_frame(Frame&);
  void handle_line(const std::shared_ptr<Peer>&, std::string_view line);
  void refuse_lines(const Frame&, const Failure&);
  void deliver();
  void forget();
  void answer(const std::shared_ptr<Peer>&, std::string line);
  void close(const std::shared_ptr<Peer>&, Close, std::string why);
  void idle_later();

  struct Handler;  // one overload for each request, in requests.cpp
  void handle_request(const std::shared_ptr<Peer>&, Asked);

  Millis now() { return store_.stamp(clock_()); }
  /// Appends and shows it to those who may see it.
  Position enter(Entry);
  void show(const Entry&, const std::vector<User>& readers);
  void enter_joined(const Channel&, const User&);
  void enter_renamed(const User& before, const User& after);
  /// A new room with these members, bots first, so that they hear who comes.
  Channel make_room(const std::string& name, const User* maker, const std::vector<User>& others);
  void make_direct_chats(const User&);

  boost::asio::io_context& io_;
  Store& store_;
  std::function<Millis()> clock_;
  boost::asio::steady_timer idle_;
  std::vector<Frame> arrived_;
  bool settling_ = false;
  bool stopped_ = false;
  std::vector<Effect> effects_;
  std::vector<std::shared_ptr<Peer>> signed_in_now_;
  std::unordered_map<Row, std::vector<std::weak_ptr<Peer>>> online_;
};

}  // namespace room
