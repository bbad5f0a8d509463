#pragma once
#include <string_view>

// The namespaces that are spoken here, each once.
namespace bot::xmpp::ns {

inline constexpr std::string_view client = "jabber:client";
inline constexpr std::string_view muc = "http://jabber.org/protocol/muc";
inline constexpr std::string_view muc_user = "http://jabber.org/protocol/muc#user";
inline constexpr std::string_view muc_owner = "http://jabber.org/protocol/muc#owner";
inline constexpr std::string_view disco = "http://jabber.org/protocol/disco#info";
inline constexpr std::string_view data = "jabber:x:data";
inline constexpr std::string_view mam = "urn:xmpp:mam:2";
inline constexpr std::string_view rsm = "http://jabber.org/protocol/rsm";
inline constexpr std::string_view forward = "urn:xmpp:forward:0";
inline constexpr std::string_view delay = "urn:xmpp:delay";
inline constexpr std::string_view stanza_id = "urn:xmpp:sid:0";
inline constexpr std::string_view occupant_id = "urn:xmpp:occupant-id:0";
inline constexpr std::string_view correct = "urn:xmpp:message-correct:0";
inline constexpr std::string_view reply = "urn:xmpp:reply:0";
inline constexpr std::string_view fallback = "urn:xmpp:fallback:0";
inline constexpr std::string_view reference = "urn:xmpp:reference:0";
inline constexpr std::string_view styling = "urn:xmpp:styling:0";
inline constexpr std::string_view hints = "urn:xmpp:hints";
inline constexpr std::string_view ping = "urn:xmpp:ping";
inline constexpr std::string_view time = "urn:xmpp:time";
inline constexpr std::string_view stanzas = "urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr std::string_view invitation = "jabber:x:conference";

}  // namespace bot::xmpp::ns
