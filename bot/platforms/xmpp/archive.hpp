#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "bot/platforms/xmpp/session.hpp"
#include "workflow/time.hpp"

// What archives hold (XEP-0313): a room's, and our own for direct chats.
namespace bot::xmpp {

using workflow::Instant;

/// One message of an archive.
struct Archived {
  std::string id;  ///< the archive's own: the stanza-id that the message had when it was live
  Instant at{};
  pugi::xml_document holder;  ///< owns `message`
  pugi::xml_node message;
};

/// How far an archive has been read. Without an id: everything from `at` on.
struct Position {
  std::string id;
  Instant at{};
};

/// `2026-11-25T20:05:47.123456Z` (XEP-0082), any offset; milliseconds are kept. Nothing: it is none.
std::optional<Instant> read_stamp(std::string_view);
std::string stamp(Instant);

/// Asks archives and hears their pages. One for each session: where the link goes before a page is whole, nothing is
/// heard of it, for whoever made the session is told.
class Archives {
 public:
  struct Page {
    std::vector<Archived> messages;  ///< oldest first
    Position last;                   ///< of the last one the archive gave, also where it was left out
    bool complete = true;            ///< nothing is left in this direction
    std::string error;               ///< the condition; empty: there is none
  };
  using Heard = std::function<void(Page)>;

  explicit Archives(Session& session, std::string me) : session_(session), me_(std::move(me)) {}

  /// The page behind a position. An id that the archive no longer knows makes no difference: the instant counts then,
  /// and what lies before it is left out, also where a server answers with everything it has.
  void after(const std::string& archive, const Position&, int most, Heard);
  /// The newest page.
  void newest(const std::string& archive, int most, Heard);
  /// Takes a stanza that belongs to a page. Whoever else writes such a stanza is not believed.
  bool take(pugi::xml_node stanza);

 private:
  struct Asked {
    std::string archive;
    std::vector<Archived> messages;
  };
  void ask(const std::string& archive, pugi::xml_document query, const std::string& number, Heard);
  pugi::xml_document query(const std::string& archive, const std::string& number, std::optional<Instant> start,
                           const std::function<void(pugi::xml_node)>& paging, int most) const;

  Session& session_;
  std::string me_;
  std::map<std::string, Asked> asked_;
  std::int64_t numbers_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

/// Several archives as one stream: by stamp, then archive, then position.
class Backfill {
 public:
  struct Source {
    std::string archive;
    Position from;
  };
  struct Handlers {
    std::function<void(const std::string& archive, Archived)> message;
    /// All has been read. `failed`: archives that could not be, with the reason.
    std::function<void(std::map<std::string, std::string> failed)> done;
    /// Asked before a further page: false puts it off until go_on().
    std::function<bool()> room_for_more;
  };
  Backfill(Archives&, std::vector<Source>, int page, Handlers);
  void start();
  void go_on();

 private:
  struct Line {
    std::string archive;
    Position from;
    std::vector<Archived> waiting;
    std::size_t next = 0;
    bool ended = false, asked = false;
  };
  void fetch(std::size_t);
  void got(std::size_t, Archives::Page);
  void merge();

  Archives& archives_;
  std::vector<Line> lines_;
  int page_;
  Handlers handlers_;
  std::map<std::string, std::string> failed_;
  bool done_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace bot::xmpp
