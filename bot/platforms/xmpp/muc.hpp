#pragma once
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "bot/platform.hpp"

// A room as its presences tell it (XEP-0045): who sits behind which nick.
namespace bot::xmpp {

struct Occupant {
  std::string user;         ///< real bare address; empty: the room does not tell, or two answers were given
  std::string occupant_id;  ///< the room's name for the user (XEP-0421), if it was told
  bool stays = false;       ///< belongs to the room, present or not: a member, an admin, an owner
};

class Muc {
 public:
  Muc(std::string address, std::string nick, std::string me);

  /// What a presence changes for us.
  struct Change {
    enum class What {
      nothing,
      entered,  ///< we are in; the subject follows and then everything live
      out,      ///< we are no longer in, `reason` says why
      refused,  ///< we were not let in
      conflict  ///< the nick is somebody else's
    };
    What what = What::nothing;
    std::string reason;
    bool for_good = false;        ///< no use in coming again by oneself: kicked, banned, members only
    std::vector<Member> members;  ///< who came, went or changed their nick
  };
  Change presence(pugi::xml_node, const std::string& home);
  /// The room's own word that it changed (status 172, 173, 174 in a message of its own). True: it did.
  bool configured(pugi::xml_node message);
  /// Forgets who was there: before entering, and when the link is gone.
  void leave();

  const std::string& address() const { return address_; }
  const std::string& nick() const { return nick_; }
  void take_nick(std::string nick) { nick_ = std::move(nick); }
  /// Everybody sees everybody's real address.
  bool open() const { return open_; }
  /// What the room says of itself when asked.
  void believe(bool open) { open_ = open; }
  const Occupant* occupant(const std::string& nick) const;
  /// The nick of somebody who is here now.
  std::optional<std::string> nick_of(const std::string& user) const;

 private:
  std::vector<Member> came(const std::string& nick, Occupant, const std::string& home);
  std::vector<Member> went(const std::string& nick, const std::string& home);
  std::vector<Member> renamed(const std::string& nick, const std::string& now, const std::string& home);

  std::string address_, nick_, me_;
  bool open_ = false;
  std::map<std::string, Occupant> occupants_;  ///< by nick
};

/// `ana` of `ana@example.org` at home, elsewhere the whole address.
std::string handle_of(const std::string& user, const std::string& home);

/// The room says that it was set up anew (status 104, and 170 to 174).
bool changed(pugi::xml_node message);

/// The one occupant item that the room itself wrote. Nothing: there is none, or several claim to be it.
pugi::xml_node item_of(pugi::xml_node presence);

}  // namespace bot::xmpp
