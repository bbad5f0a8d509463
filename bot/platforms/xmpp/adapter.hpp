#pragma once
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/platforms/xmpp/archive.hpp"
#include "bot/platforms/xmpp/muc.hpp"
#include "bot/platforms/xmpp/posts.hpp"
#include "bot/platforms/xmpp/said.hpp"
#include "bot/platforms/xmpp/session.hpp"
#include "bot/platforms/xmpp/xmpp.hpp"

// The inside of the adapter, shared by its sources: `xmpp.cpp` keeps the link and the clock, `rooms.cpp` enters rooms,
// `hears.cpp` reads what arrives, `says.cpp` posts.
namespace bot::xmpp {

class Adapter final : public Platform {
 public:
  Adapter(boost::asio::io_context&, XmppConfig, XmppTuning);
  ~Adapter() override;

  std::string name() const override { return "xmpp"; }
  Can can() const override;
  void start(std::string cursor, std::function<void()> wake) override;
  std::vector<Incoming> take(std::size_t most) override;
  std::string cursor() const override;
  void send(std::vector<Outgoing>) override;
  void find(const Post&, std::function<void(Found)> found) override;
  void stop() override;

 private:
  enum class State { away, entering, catching_up, up };
  struct Item {
    std::optional<Incoming> what;  ///< none: only the position moves
    std::string archive;           ///< whose position; empty: nobody's
    Position position;
  };
  struct Room {
    enum class State { out, entering, asking, in, shut };
    Muc muc;
    State state = State::out;
    bool archived = false, tells_ids = false;
    bool configured = false;  ///< by the operator, not by an invitation
    bool made = false;        ///< we made it just now
    int questions = 0;        ///< what it is like, still without an answer: only the last one counts
    int conflicts = 0;
    std::chrono::steady_clock::time_point since{};
    std::optional<std::chrono::steady_clock::time_point> again{};  ///< when we last came back at once
    std::set<std::string> explained{};                             ///< why we do nothing here, once each
    std::map<std::string, std::string> ids{};  ///< the room's own id of each user, where it tells one
    bool usable() const { return state == State::in && muc.open() && archived; }
  };

  // xmpp.cpp
  void connect();
  void ready(bool resumed);
  void lost(const std::string& why, bool refused);
  void stanza(pugi::xml_node);
  void set_clock();
  void up();
  void round_later();
  void round();
  void sync(std::function<void()> done);  ///< everything that the server had before now has arrived
  void check_stamps();
  std::chrono::milliseconds on_the_way() const;
  void tick();
  Instant now() const;
  void push(Incoming);
  void push(Item);
  void wake_later();
  Session* session() { return session_.get(); }
  pugi::xml_document presence_to(const std::string& to) const;

  // rooms.cpp
  Room& room(const std::string& address, bool configured);
  void enter_all();
  void enter(Room&);
  void presence(pugi::xml_node);
  void entered(Room&);
  void configure(Room&);
  void ask_about(Room&);
  void settled(Room&, const std::string& trouble);
  void all_settled();
  void look_at_newest();
  void backfill();
  void out_of(Room&, const Muc::Change&);
  bool back_at_once(Room&);
  void explain(Room&);
  void caught_up(const std::map<std::string, std::string>& failed);
  void release();
  std::vector<std::string> readable() const;
  void invited(const std::string& address, const std::string& by);
  void came(const std::vector<Member>&, Room&);
  void meet(const std::string& user, const std::string& name);

  // hears.cpp
  void message(pugi::xml_node);
  void in_room(Room&, pugi::xml_node, const Said&);
  void room_itself(Room&, pugi::xml_node);
  void direct(pugi::xml_node, const Said&);
  void in_private(Room&, const Said&);
  std::string own_id(const Said&);
  void archived(const std::string& archive, const Archived&);
  std::optional<std::string> author(Room&, pugi::xml_node message) const;
  std::optional<Incoming> heard(const std::string& channel, const std::string& author, const Said&,
                                const std::string& id, Instant at);
  std::optional<std::string> meant(const std::string& channel, const Said&, const Mention&) const;
  void live(std::optional<Incoming>, const std::string& archive, const std::string& id, bool wait);
  void remember(const std::string& archive, const Archived&);

  // says.cpp
  void post(const Post&);
  std::optional<Refused> no_way(const Post&) const;
  void to_room(Room&, const Post&);
  void to_person(const std::string& address, const Post&, bool in_room);
  void failure(const Said&, pugi::xml_node message);
  void posts_over();

  boost::asio::io_context& io_;
  XmppConfig config_;
  XmppTuning tuning_;
  std::string me_, home_;  ///< our bare address and its domain
  std::function<void()> wake_;
  boost::asio::steady_timer retry_, round_, tick_;
  std::chrono::milliseconds retry_after_;
  State state_ = State::away;
  bool stopped_ = false;
  bool stood_ = false;        ///< this stream was up once, with everything entered and read
  bool told_up_ = false;      ///< Link{true} was the last of its kind
  bool own_archive_ = false;  ///< direct chats have a history

  Resumable resumable_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Archives> archives_;
  std::unique_ptr<Backfill> backfill_;
  std::map<std::string, Room> rooms_;
  std::set<std::string> met_;  ///< people whose direct chats were told of
  std::size_t unsettled_ = 0;

  std::chrono::milliseconds ahead_{0};  ///< how far the server's clock is before ours
  std::chrono::steady_clock::time_point fresh_{};  ///< what the server had for us by then has arrived
  Instant backfill_from_{};             ///< when the backfill began
  int rounds_ = 0;
  std::int64_t unnamed_ = 0;  ///< messages without an id, so far

  std::map<std::string, Position> received_;  ///< everything up to here lies in items_ or was taken
  std::map<std::string, Position> taken_;
  std::deque<Item> items_;
  std::deque<Item> held_;           ///< live, behind the backfill
  std::set<std::string> held_ids_;  ///< of them; what the backfill has too is taken out
  bool woken_ = false;

  Posts posts_;
  Recent<std::string> ids_;  ///< of messages, by channel, author and the id the author gave
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace bot::xmpp
