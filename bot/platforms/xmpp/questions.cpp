#include "bot/platforms/xmpp/questions.hpp"

#include <initializer_list>

#include "bot/platforms/xmpp/xml.hpp"

namespace bot::xmpp {
namespace {

constexpr const char* client_ns = "jabber:client";
constexpr const char* ping_ns = "urn:xmpp:ping";
constexpr const char* info_ns = "http://jabber.org/protocol/disco#info";
constexpr const char* version_ns = "jabber:iq:version";
constexpr const char* muc_ns = "http://jabber.org/protocol/muc";
constexpr const char* stanzas_ns = "urn:ietf:params:xml:ns:xmpp-stanzas";

void refuse(pugi::xml_node answer, const char* condition) {
  set(answer, "type", "error");
  const pugi::xml_node error = add(answer, "error");
  set(error, "type", "cancel");
  add(error, condition, stanzas_ns);
}

void describe(pugi::xml_node answer) {
  const pugi::xml_node info = add(answer, "query", info_ns);
  const pugi::xml_node identity = add(info, "identity");
  set(identity, "category", "client");
  set(identity, "type", "bot");
  set(identity, "name", "Parley");
  for (const char* feature : {info_ns, version_ns, muc_ns, ping_ns}) set(add(info, "feature"), "var", feature);
}

}  // namespace

pugi::xml_document answer_to(pugi::xml_node question) {
  pugi::xml_document document;
  const pugi::xml_node answer = add(document, "iq", client_ns);
  set(answer, "type", "result");
  set(answer, "id", question.attribute("id").value());
  if (const auto from = question.attribute("from")) set(answer, "to", from.value());
  const bool get = std::string_view(question.attribute("type").value()) == "get";
  const pugi::xml_node info = child(question, "query", info_ns);
  if (get && info) {
    // Parts of us have no names, so whoever asks for one asks for what is not there.
    if (info.attribute("node").value()[0] != '\0')
      refuse(answer, "item-not-found");
    else
      describe(answer);
  } else if (get && child(question, "query", version_ns)) {
    const pugi::xml_node version = add(answer, "query", version_ns);
    set_text(add(version, "name"), "Parley");
    set_text(add(version, "version"), "1");
  } else if (!(get && child(question, "ping", ping_ns))) {
    refuse(answer, "service-unavailable");
  }
  return document;
}

}  // namespace bot::xmpp
