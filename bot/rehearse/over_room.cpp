#include "bot/rehearse/over_room.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <thread>

#include "bot/platforms/room.hpp"
#include "bot/rehearse/folder.hpp"
#include "bot/rehearse/guest.hpp"
#include "bot/room/invite.hpp"
#include "bot/room/limits.hpp"
#include "bot/room/names.hpp"
#include "bot/room/server.hpp"

namespace bot::rehearse {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
namespace fs = std::filesystem;

/// How long the room may take to answer before the rehearsal gives up.
constexpr std::chrono::seconds patience{10};

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

/// Names of the script and ids of the server.
class Names {
 public:
  void add(const std::string& name, const std::string& id) {
    ids_[name] = id;
    names_[id] = name;
  }
  std::string id(const std::string& name) const { return look(ids_, name); }
  std::string name(const std::string& id) const { return look(names_, id); }

 private:
  static std::string look(const std::map<std::string, std::string>& in, const std::string& what) {
    const auto found = in.find(what);
    return found == in.end() ? what : found->second;
  }
  std::map<std::string, std::string> ids_, names_;
};

class RoomStage final : public Stage {
 public:
  explicit RoomStage(Can wanted) : wanted_(wanted), server_(folder_.path() / "room"), work_(io_.get_executor()) {
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
  Can can() const override {
    const Can real = adapter_ ? adapter_->can() : Can{};
    Can out = wanted_;
    out.threads &= real.threads;
    out.private_replies &= real.private_replies;
    out.edits &= real.edits;
    out.deletes &= real.deletes;
    out.history &= real.history;
    out.server_time &= real.server_time;
    out.find &= real.find;
    return out;
  }
  std::string channel(const std::string& name) const override { return channels_.id(name); }
  std::string channel_name(const std::string& id) const override { return channels_.name(id); }
  std::string user(const std::string& name) const override { return users_.id(name); }
  std::string user_name(const std::string& id) const override { return users_.name(id); }

  void person(const Human& who, Instant at) override;
  void room(const std::string& name, const std::vector<std::string>& people, Instant at) override;
  void member(Member::What, const std::string& person, const std::string& room, const std::string& display,
              Instant at) override;
  bool type(const std::string& who, const Spot&, const std::string& text, const std::string& label,
            Instant typed) override;
  bool again(const std::string& label, const std::string& room, Instant at) override;
  bool edit(const std::string&, const std::string&, Instant) override { return false; }  // the room knows no edits
  void remove(const std::string& label, Instant at) override;
  std::string author(const std::string& label) const override;

  std::vector<Incoming> read() override;
  std::string post(const Post&, Instant) override;
  bool erase(const Erase&, Instant) override;
  std::optional<std::string> find(const Post&) override;
  void reconnect() override {
    leave();
    join();
  }
  void connect(bool up) override;

 private:
  struct Typed {
    std::string who, channel;
  };

  std::string invite(const room::InviteRequest&);
  void join();
  void leave();
  void collect();
  void until(const std::string& what, const std::function<bool()>& done);
  json::object ask(const std::string& who, json::object frame);
  /// Waits until the bot's adapter has yielded it, or until it comes with the history later.
  template <class Item>
  void heard_by_bot(const std::string& what, const std::function<bool(const Item&)>& is);
  bool here(Member::What, const std::string& who, const std::string& channel) const;
  const std::string& id_of(const std::string& label) const;
  void stamp(Incoming&) const;

  Can wanted_;
  PrivateFolder folder_;
  ServerThread server_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::string token_, cursor_, invited_user_;
  std::unique_ptr<Platform> adapter_;
  bool up_ = false;
  std::map<std::string, std::unique_ptr<Guest>> guests_;
  Names channels_, users_;
  std::map<std::string, std::set<std::string>> members_;  ///< by the server's channel, names of the script

  std::vector<Incoming> inbox_;  ///< yielded by the adapter, not yet read by the engine
  std::map<std::string, std::string> delivered_;
  std::map<std::string, std::string> refused_;
  std::map<std::string, Instant> stamps_;  ///< of messages, by their ids: the script's instants
  Instant now_{};                          ///< of everything else
  std::map<std::string, std::string> labels_;
  std::map<std::string, Typed> typed_;
  std::map<std::string, Heard> heard_;
  std::string last_;
};

void RoomStage::until(const std::string& what, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    io_.run_one_for(std::chrono::milliseconds{50});
    collect();
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the room did not answer in time: " + what);
  }
}

void RoomStage::collect() {
  if (!adapter_) return;
  for (Incoming& item : adapter_->take(1000)) {
    if (const auto* delivered = std::get_if<Delivered>(&item)) {
      delivered_[delivered->key] = delivered->message;
    } else if (const auto* refused = std::get_if<Refused>(&item)) {
      refused_[refused->key] = refused->reason;
    } else if (const auto* link = std::get_if<Link>(&item)) {
      up_ = link->up;
    } else if (!std::holds_alternative<ReadThrough>(item)) {
      inbox_.push_back(std::move(item));
    }
  }
}

std::string RoomStage::invite(const room::InviteRequest& request) {
  const auto made = room::request_invite(folder_.path() / "room", request);
  if (!made) throw std::runtime_error("@" + request.handle + " was not invited: " + made.error().text);
  invited_user_ = made->user;
  return made->token;
}

void RoomStage::join() {
  adapter_ = make_room_platform(io_, "127.0.0.1", server_.port, token_);
  adapter_->start(cursor_, [] {});
  until("the bot signs in", [this] { return up_; });
}

void RoomStage::leave() {
  if (!adapter_) return;
  collect();
  cursor_ = adapter_->cursor();
  adapter_->stop();
  // What was already on its way to the adapter finds it alive.
  io_.poll();
  adapter_.reset();
  up_ = false;
}

void RoomStage::connect(bool up) {
  if (!up) return leave();
  const auto before = static_cast<std::ptrdiff_t>(inbox_.size());
  join();
  if (wanted_.history) return;
  const auto missed = [](const Incoming& item) { return !std::holds_alternative<Member>(item); };
  inbox_.erase(std::remove_if(inbox_.begin() + before, inbox_.end(), missed), inbox_.end());
}

json::object RoomStage::ask(const std::string& who, json::object frame) {
  Guest& guest = *guests_.at(who);
  const auto number = guest.ask(std::move(frame));
  until(who + " asked for something", [&] { return guest.answer(number) != nullptr; });
  return *guest.answer(number);
}

template <class Item>
void RoomStage::heard_by_bot(const std::string& what, const std::function<bool(const Item&)>& is) {
  if (!adapter_) return;
  until(what, [&] {
    return std::ranges::any_of(inbox_, [&](const Incoming& item) {
      const auto* one = std::get_if<Item>(&item);
      return one && is(*one);
    });
  });
}

void RoomStage::person(const Human& who, Instant at) {
  now_ = at;
  const auto token = invite({.handle = who.name, .name = who.display, .zone = who.zone});
  users_.add(who.name, invited_user_);
  auto& guest = guests_[who.name] = std::make_unique<Guest>(io_, server_.port, token);
  until(who.name + " signs in", [&] { return guest->here(); });
  channels_.add(direct_chat(who.name), guest->direct_chat());
  members_[guest->direct_chat()] = {who.name};
  const auto id = invited_user_, direct = guest->direct_chat();
  heard_by_bot<Member>("a direct chat", [&](const Member& m) { return m.user == id && m.channel == direct; });
}

void RoomStage::room(const std::string& name, const std::vector<std::string>& people, Instant at) {
  now_ = at;
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

void RoomStage::member(Member::What what, const std::string& who, const std::string& room, const std::string& display,
                       Instant at) {
  now_ = at;
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
}

bool RoomStage::type(const std::string& who, const Spot& spot, const std::string& text, const std::string& label,
                     Instant typed) {
  now_ = std::max(now_, typed);
  if (!room::valid_utf8(text) || text.size() > room::text_limit) return false;
  json::object frame{{"type", "post"}, {"channel", channel(spot.channel)}, {"text", text}};
  if (!spot.thread.empty() && can().threads) frame["thread"] = spot.thread;
  const auto answer = ask(who, std::move(frame));
  const auto id = text_of(answer, "id");
  if (id.empty()) return false;
  stamps_[id] = typed;
  typed_[id] = {who, channel(spot.channel)};
  if (!label.empty()) labels_[label] = id;
  last_ = id;
  heard_by_bot<Heard>("a message", [&](const Heard& h) { return h.message == id; });
  return true;
}

const std::string& RoomStage::id_of(const std::string& label) const {
  const auto found = labels_.find(label);
  return found == labels_.end() ? last_ : found->second;
}

std::string RoomStage::author(const std::string& label) const {
  const auto found = typed_.find(id_of(label));
  return found == typed_.end() ? std::string{} : found->second.who;
}

bool RoomStage::again(const std::string& label, const std::string& room, Instant) {
  const auto found = heard_.find(id_of(label));
  if (!room.empty() || found == heard_.end()) return false;
  inbox_.push_back(found->second);
  return true;
}

void RoomStage::remove(const std::string& label, Instant at) {
  now_ = at;
  const auto id = id_of(label);
  ask(author(label), {{"type", "delete"}, {"id", id}});
  heard_by_bot<Deleted>("a removal", [&](const Deleted& d) { return d.message == id; });
}

/// The script's instants in place of the server's.
void RoomStage::stamp(Incoming& item) const {
  if (auto* heard = std::get_if<Heard>(&item)) {
    const auto found = stamps_.find(heard->message);
    heard->sent_at = found == stamps_.end() ? now_ : found->second;
    if (!wanted_.threads) heard->thread.clear();
  } else if (auto* member = std::get_if<Member>(&item)) {
    member->at = now_;
  } else if (auto* deleted = std::get_if<Deleted>(&item)) {
    deleted->at = now_;
  }
}

std::vector<Incoming> RoomStage::read() {
  collect();
  auto out = std::exchange(inbox_, {});
  for (Incoming& item : out) {
    stamp(item);
    if (const auto* heard = std::get_if<Heard>(&item)) heard_[heard->message] = *heard;
  }
  return out;
}

std::string RoomStage::post(const Post& post, Instant) {
  refused_.erase(post.key);
  adapter_->send({post});
  until("a post", [&] { return delivered_.contains(post.key) || refused_.contains(post.key); });
  if (!delivered_.contains(post.key)) throw std::runtime_error("the room refused a post: " + refused_[post.key]);
  const auto id = delivered_[post.key];
  // Delivered is the server's word; that people see it is theirs.
  for (const auto& who : members_[post.channel])
    if (post.to.empty() || post.to == user(who)) until(who + " reads it", [&] { return guests_.at(who)->sees(id); });
  return id;
}

bool RoomStage::erase(const Erase& erase, Instant at) {
  now_ = at;
  const auto gone = [&](const Incoming& item) {
    const auto* deleted = std::get_if<Deleted>(&item);
    return deleted && deleted->message == erase.message;
  };
  if (!adapter_ || !typed_.contains(erase.message) || typed_[erase.message].channel.empty()) return false;
  adapter_->send({erase});
  until("a removal", [&] { return std::ranges::any_of(inbox_, gone); });
  typed_[erase.message].channel.clear();
  return true;
}

std::optional<std::string> RoomStage::find(const Post& post) {
  std::optional<Found> found;
  adapter_->find(post, [&](Found one) { found = std::move(one); });
  until("a search", [&] { return found.has_value(); });
  if (found->where != Found::Where::there) return std::nullopt;
  return found->message;
}

}  // namespace

std::unique_ptr<Stage> room_stage(Can can) { return std::make_unique<RoomStage>(can); }

}  // namespace bot::rehearse
