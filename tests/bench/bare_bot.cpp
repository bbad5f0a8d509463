#include "tests/bench/bare_bot.hpp"

#include <sqlite3.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/store.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = boost::json;

constexpr std::int64_t thirty_days = 2'592'000'000;
/// As long as the bodies of Parley's events.
constexpr const char* sent_body =
    R"({"id":"O-1","client":2,"freelancer":3,"terms":{"title":"Logo","scope":"3 concepts, SVG","amount":"300.00 USD",)"
    R"("milestones":[{"title":"Logo","amount":"300.00 USD"}]},"digest":")"
    R"(0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","at":"2026-11-02T09:00Z",)"
    R"("due":"2026-12-02T09:00Z"})";
constexpr const char* withdrawn_body = R"({"id":"O-1","by_system":false,"at":"2026-11-02T09:00Z"})";
const std::string hash(64, 'a');

class Statement {
 public:
  Statement(sqlite3* db, const char* sql) {
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &it_, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(db));
  }
  ~Statement() { sqlite3_finalize(it_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <class... A>
  void operator()(const A&... values) {
    int at = 0;
    (bind(++at, values), ...);
    if (sqlite3_step(it_) == SQLITE_ROW || sqlite3_reset(it_) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(sqlite3_db_handle(it_)));
  }

  sqlite3_stmt* get() { return it_; }

 private:
  void bind(int at, std::int64_t n) { sqlite3_bind_int64(it_, at, n); }
  void bind(int at, const std::string& s) {
    sqlite3_bind_text(it_, at, s.data(), static_cast<int>(s.size()), SQLITE_STATIC);
  }
  void bind(int at, const char* s) { sqlite3_bind_text(it_, at, s, -1, SQLITE_STATIC); }
  sqlite3_stmt* it_ = nullptr;
};

/// Parley's file, opened as Parley opens it.
sqlite3* open(const std::filesystem::path& file) {
  {
    store::Store tables({.file = file});
  }
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
    throw std::runtime_error("the file cannot be opened");
  for (const auto* pragma : {"locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                             "cell_size_check=ON", "mmap_size=0", "temp_store=MEMORY", "wal_autocheckpoint=8192"})
    sqlite3_exec(db, ("PRAGMA " + std::string{pragma}).c_str(), nullptr, nullptr, nullptr);
  return db;
}

struct Room {
  std::int64_t number = 0, events = 0;
};

class Bot {
 public:
  Bot(const std::filesystem::path& file, unsigned short port) : db_(open(file), sqlite3_close_v2) {
    asio::ip::tcp::socket& socket = beast::get_lowest_layer(ws_);
    socket.connect({asio::ip::address_v4::loopback(), port});
    socket.set_option(asio::ip::tcp::no_delay(true));
    ws_.handshake("127.0.0.1:" + std::to_string(port), "/ws");
    ws_.text(true);
    ws_.auto_fragment(false);
    ws_.write(asio::buffer(std::string{R"({"type":"sign_in","token":"t","rooms":false})"}));
  }

  void run() {
    beast::flat_buffer buffer;
    boost::system::error_code error;
    while (true) {
      do {
        ws_.read(buffer, error);
        if (error) return;
        take({static_cast<const char*>(buffer.data().data()), buffer.size()});
        buffer.clear();
      } while (beast::get_lowest_layer(ws_).available() > 0);
      if (out_.empty()) continue;  // a mark of delivery rides in the next batch
      if (in_transaction_) {
        cursor_(cursor_text_);
        commit_();
      }
      in_transaction_ = false;
      ws_.write(asio::buffer(out_));
      out_.clear();
    }
  }

 private:
  void take(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      const auto frame = json::parse(json::string_view{text.data(), end});
      line(frame.as_object());
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void line(const json::object& frame) {
    const auto& type = frame.at("type").as_string();
    if (type == "welcome") {
      std::puts("bot ready");
      std::fflush(stdout);
    } else if (type == "message" && frame.contains("key")) {
      const auto row = unsent_.find(std::string{frame.at("key").as_string()});
      if (row == unsent_.end()) return;
      begin();
      forget_(row->second);
      unsent_.erase(row);
    } else if (type == "message") {
      command(frame);
    }
  }

  void begin() {
    if (!in_transaction_) begin_();
    in_transaction_ = true;
  }

  /// A query changes nothing and leaves no row.
  void status(const std::string& channel, std::string_view text) {
    const std::string id{text.substr(text.find("O-"))};
    sqlite3_stmt* look = look_.get();
    sqlite3_bind_int64(look, 1, std::stoll(id.substr(2)));
    const bool there = sqlite3_step(look) == SQLITE_ROW;
    const std::string state = there ? reinterpret_cast<const char*>(sqlite3_column_text(look, 0)) : "nowhere";
    sqlite3_reset(look);
    say(channel, "query.status", id + " \"Logo\" is " + state + ", $300.00.",
        std::to_string(random_()) + std::to_string(random_()));
  }

  void say(const std::string& channel, const std::string& kind, const std::string& said, const std::string& key) {
    if (!out_.empty()) out_ += '\n';
    out_ += json::serialize(
        json::object{{"type", "post"}, {"channel", channel}, {"text", said}, {"key", key}, {"kind", kind}});
  }

  void command(const json::object& frame) {
    const std::string channel{frame.at("channel").as_string()}, text{frame.at("text").as_string()};
    if (text.starts_with("/status")) return status(channel, text);
    if (!text.starts_with('/')) return;
    begin();
    cursor_text_ = "s-1:" + std::to_string(frame.at("position").as_int64());
    const std::int64_t at = frame.at("at").as_int64();
    auto& room = rooms_[channel];
    if (room.number == 0) room.number = static_cast<std::int64_t>(rooms_.size());
    heard_(room.number, frame.at("id").as_string().c_str(), at, hash);
    const std::int64_t cause = sqlite3_last_insert_rowid(db_.get());
    const bool offer = text.starts_with("/offer");
    const auto number = offer ? ++offers_ : std::stoll(text.substr(text.find("O-") + 2));
    if (offer) counter_(number);
    event_(room.number, ++room.events, at, at, std::int64_t{2}, cause, offer ? "offer.sent" : "offer.withdrawn",
           offer ? sent_body : withdrawn_body, hash, hash);
    if (offer) {
      entity_(number, room.number, at + thirty_days, at);
      deadline_(room.number, at + thirty_days);
    } else {
      closed_(number);
      undue_(room.number);
    }
    answer_(offer ? "offer.sent" : "offer.withdrawn", cause);
    note_(room.number, cause, "a1b2c3");
    const auto note = std::to_string(sqlite3_last_insert_rowid(db_.get()));
    const std::string id = "O-" + std::to_string(number), kind = (offer ? "offer.sent " : "offer.withdrawn ") + id;
    const std::string said =
        id +
        (offer ? " \"Logo\": Somebody offers Somebody a contract, v1 #a1b2c3d4: $300.00.\nScope: 3 concepts, SVG\n"
                 "Next, Somebody: /accept O-1 v1, or /decline O-1, until 2026-12-02 09:00Z."
               : " \"Logo\": Somebody withdraws the offer.") +
        " · N-" + note + " a1b2c3";
    std::string key = std::to_string(random_()) + std::to_string(random_());
    post_(channel, kind, said, key);
    unsent_.emplace(key, sqlite3_last_insert_rowid(db_.get()));
    say(channel, kind, said, key);
  }

  asio::io_context io_{1};
  beast::websocket::stream<asio::ip::tcp::socket> ws_{io_};
  std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> db_;
  std::unordered_map<std::string, Room> rooms_;
  std::unordered_map<std::string, std::int64_t> unsent_;  ///< the outbox has no index on its keys
  std::mt19937_64 random_{std::random_device{}()};
  std::int64_t offers_ = 0;
  bool in_transaction_ = false;
  std::string out_, cursor_text_;
  Statement begin_{db_.get(), "BEGIN IMMEDIATE"}, commit_{db_.get(), "COMMIT"};
  Statement cursor_{db_.get(),
                    "INSERT INTO meta(name, value) VALUES ('cursor room', ?) "
                    "ON CONFLICT DO UPDATE SET value = excluded.value"};
  Statement heard_{db_.get(), "INSERT INTO inbox(place, message, at, digest) VALUES (?, ?, ?, ?)"};
  Statement answer_{db_.get(), "UPDATE inbox SET answer = ? WHERE id = ?"};
  Statement counter_{db_.get(),
                     "INSERT INTO counter(name, last) VALUES ('offer', ?) "
                     "ON CONFLICT DO UPDATE SET last = excluded.last"};
  Statement event_{db_.get(),
                   "INSERT INTO event(stream, seq, at, recorded_at, actor, cause, n, kind, body, prev_hash, hash) "
                   "VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)"};
  Statement entity_{
      db_.get(),
      "INSERT INTO entity(noun, number, part, room, state, title, minor, currency, due, client, freelancer, "
      "open, waits_for, created) VALUES ('O', ?, 0, ?, 'pending', 'Logo', 30000, 'USD', ?, 2, 3, 1, "
      "'freelancer', ?)"};
  Statement closed_{db_.get(),
                    "UPDATE entity SET state = 'withdrawn', due = NULL, open = 0, waits_for = NULL "
                    "WHERE noun = 'O' AND number = ? AND part = 0"};
  Statement deadline_{db_.get(),
                      "INSERT INTO deadline(stream, due) VALUES (?, ?) "
                      "ON CONFLICT DO UPDATE SET due = excluded.due"};
  Statement undue_{db_.get(), "DELETE FROM deadline WHERE stream = ?"};
  Statement note_{db_.get(), "INSERT INTO note(room, cause, text_digest) VALUES (?, ?, ?)"};
  Statement post_{db_.get(),
                  "INSERT INTO outbox(platform, channel, thread, to_user, kind, text, key) "
                  "VALUES ('room', ?, '', '', ?, ?, ?)"};
  Statement look_{db_.get(), "SELECT state FROM entity WHERE noun = 'O' AND number = ? AND part = 0"};
  Statement forget_{db_.get(), "DELETE FROM outbox WHERE id = ?"};
};

}  // namespace

int bare_bot(const std::filesystem::path& folder, unsigned short port) {
  Bot bot(folder / "bot" / "parley.db", port);
  bot.run();
  return 0;
}

}  // namespace bench
