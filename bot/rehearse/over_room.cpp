#include "bot/rehearse/over_room.hpp"

#include <boost/asio/post.hpp>
#include <map>
#include <stdexcept>
#include <thread>

#include "bot/platforms/room.hpp"
#include "bot/rehearse/folder.hpp"
#include "bot/rehearse/guest.hpp"
#include "bot/rehearse/real_stage.hpp"
#include "bot/room/invite.hpp"
#include "bot/room/limits.hpp"
#include "bot/room/names.hpp"
#include "bot/room/server.hpp"

namespace bot::rehearse {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
namespace fs = std::filesystem;

/// The real server, on a port and in a thread of its own.
class ServerThread {
 public:
  explicit ServerThread(const fs::path& data) : server_(io_, {.data = data, .port = 0}) {
    server_.start();
    port = server_.port();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~ServerThread() {
    asio::post(io_, [this] { server_.stop(); });
    thread_.join();
  }
  unsigned short port = 0;

 private:
  asio::io_context io_{1};
  room::Server server_;
  std::thread thread_;
};

class RoomStage final : public RealStage {
 public:
  explicit RoomStage(Can wanted) : RealStage(wanted), server_(folder_.path() / "room") {
    token_ = invite({.handle = "parley", .name = "Parley", .bot = true, .token_file = folder_.path() / "token"});
    join();
  }
  ~RoomStage() override {
    leave();
    guests_.clear();
    io_.restart();
    io_.poll();
  }

  std::string platform() const override { return "room"; }
  void person(const Human& who, Instant at) override;
  void room(const std::string& name, const std::vector<std::string>& people, Instant at) override;
  bool member(Member::What, const std::string& person, const std::string& room, const std::string& display,
              Instant at) override;
  bool type(const std::string& who, const Spot&, const std::string& text, const std::string& label,
            Instant typed) override;
  bool remove(const std::string& label, Instant at) override;
  bool erase(const Erase&, Instant) override;

 private:
  std::string invite(const room::InviteRequest&);
  json::object ask(const std::string& who, json::object frame);
  std::unique_ptr<Platform> new_adapter() override {
    return make_room_platform(io_, "127.0.0.1", server_.port, token_);
  }
  bool sees(const std::string& who, const Post&, const std::string& id) const override {
    return guests_.at(who)->sees(id);
  }
  void removed(const std::string& message);

  PrivateFolder folder_;
  ServerThread server_;
  std::string token_, invited_user_;
  std::map<std::string, std::unique_ptr<Guest>> guests_;
  std::set<std::string> gone_;  ///< messages that the bot removed
};

std::string RoomStage::invite(const room::InviteRequest& request) {
  const auto made = room::request_invite(folder_.path() / "room", request);
  if (!made) throw std::runtime_error("@" + request.handle + " was not invited: " + made.error().text);
  invited_user_ = made->user;
  return made->token;
}

json::object RoomStage::ask(const std::string& who, json::object frame) {
  Guest& guest = *guests_.at(who);
  const auto number = guest.ask(std::move(frame));
  until(who + " asked for something", [&] { return guest.answer(number) != nullptr; });
  return *guest.answer(number);
}

void RoomStage::person(const Human& who, Instant instant) {
  at(instant);
  const auto token = invite({.handle = who.name, .name = who.display, .zone = who.zone});
  users_.add(who.name, invited_user_);
  auto& guest = guests_[who.name] = std::make_unique<Guest>(io_, server_.port, token);
  until(who.name + " signs in", [&] { return guest->here(); });
  channels_.add(direct_chat(who.name), guest->direct_chat());
  members_[guest->direct_chat()] = {who.name};
  const auto id = invited_user_, direct = guest->direct_chat();
  heard_by_bot<Member>("a direct chat", [&](const Member& m) { return m.user == id && m.channel == direct; });
}

void RoomStage::room(const std::string& name, const std::vector<std::string>& people, Instant instant) {
  at(instant);
  if (people.empty()) throw std::runtime_error("a room of a real server is made by somebody: it needs a person");
  json::array others;
  for (std::size_t i = 1; i < people.size(); ++i) others.emplace_back(people[i]);
  const auto made = ask(people.front(), {{"type", "create"}, {"name", name}, {"handles", others}});
  const auto id = text_of(made, "channel");
  if (id.empty()) throw std::runtime_error("the room was not made: " + text_of(made, "text"));
  channels_.add(name, id);
  members_[id] = {people.begin(), people.end()};
  for (const auto& who : people)
    heard_by_bot<Member>("a room", [&](const Member& m) { return m.user == user(who) && m.channel == id; });
}

bool RoomStage::member(Member::What what, const std::string& who, const std::string& room, const std::string& display,
                       Instant instant) {
  at(instant);
  const auto id = channel(room);
  auto& there = members_[id];
  json::object frame;
  std::string by = who;
  if (what == Member::What::renamed) {
    frame = {{"type", "rename"}, {"name", display}};
  } else if (what == Member::What::left) {
    frame = {{"type", "leave"}, {"channel", id}};
    there.erase(who);
  } else {
    frame = {{"type", "join"}, {"channel", id}};
    if (!there.empty()) frame["handles"] = json::array{json::value(who)};
    if (!there.empty()) by = *there.begin();
    there.insert(who);
  }
  const auto answer = ask(by, std::move(frame));
  if (text_of(answer, "type") == "error") throw std::runtime_error("the room refused: " + text_of(answer, "text"));
  heard_by_bot<Member>("a member", [&](const Member& m) {
    return m.what == what && m.user == user(who) && (m.channel == id || what == Member::What::renamed);
  });
  return true;
}

bool RoomStage::type(const std::string& who, const Spot& spot, const std::string& text, const std::string& label,
                     Instant instant) {
  at(instant);
  if (!room::valid_utf8(text) || text.size() > room::text_limit) return false;
  json::object frame{{"type", "post"}, {"channel", channel(spot.channel)}, {"text", text}};
  if (!spot.thread.empty() && can().threads) frame["thread"] = spot.thread;
  const auto answer = ask(who, std::move(frame));
  const auto id = text_of(answer, "id");
  if (id.empty()) return false;
  note({who, channel(spot.channel), text, instant, id}, label);
  heard_by_bot<Heard>("a message", [&](const Heard& h) { return h.message == id; });
  return true;
}

void RoomStage::removed(const std::string& message) {
  heard_by_bot<Deleted>("a removal", [&](const Deleted& d) { return d.message == message; });
}

bool RoomStage::remove(const std::string& label, Instant instant) {
  at(instant);
  const Typed* message = typed(label);
  if (!message) throw std::runtime_error("nothing was typed yet");
  ask(message->who, {{"type", "delete"}, {"id", message->id}});
  removed(message->id);
  return true;
}

bool RoomStage::erase(const Erase& erase, Instant instant) {
  at(instant);
  if (!connected() || !gone_.insert(erase.message).second) return false;
  adapter().send({erase});
  removed(erase.message);
  return true;
}

}  // namespace

std::unique_ptr<Stage> room_stage(Can can) { return std::make_unique<RoomStage>(can); }

}  // namespace bot::rehearse
