#include "bot/platforms/xmpp/muc.hpp"

#include <catch2/catch.hpp>

#include "bot/platforms/xmpp/xml.hpp"

using namespace bot::xmpp;
using What = Muc::Change::What;

namespace {

/// A presence of the room about ourselves, with these status codes.
Muc::Change of_us(Muc& muc, const std::string& type, const std::vector<std::string>& codes) {
  std::string text = "<presence xmlns='jabber:client' from='logo@rooms.example.org/Parley'";
  if (!type.empty()) text += " type='" + type + "'";
  text += "><x xmlns='http://jabber.org/protocol/muc#user'><item jid='parley@example.org/parley'/>";
  for (const auto& code : codes) text += "<status code='" + code + "'/>";
  text += "</x></presence>";
  const auto read = read_xml(text);
  REQUIRE(read);
  return muc.presence(read->document_element(), "example.org");
}

Muc muc_of_ours() { return {"logo@rooms.example.org", "Parley", "parley@example.org"}; }

}  // namespace

TEST_CASE("that a former session of ours goes does not keep us out of a room", "[xmpp]") {
  // A server that is told of the old session's end late says so to the new one, which has the same address.
  Muc muc = muc_of_ours();
  CHECK(of_us(muc, "unavailable", {"110"}).what == What::nothing);
  CHECK(of_us(muc, "", {"100", "110"}).what == What::entered);
  CHECK(muc.open());
  CHECK(of_us(muc, "unavailable", {"110"}).what == What::out);
}
