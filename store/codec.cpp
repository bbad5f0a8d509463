#include "store/codec.hpp"

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <boost/pfr.hpp>
#include <stdexcept>

namespace store {
namespace {

using namespace workflow;
namespace json = boost::json;
namespace describe = boost::describe;
namespace mp11 = boost::mp11;

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

template <class T>
using Members = describe::describe_members<T, describe::mod_any_access>;

/// The described members, and proof that none was forgotten in the describe macro.
template <class T>
struct Complete {
  static_assert(mp11::mp_size<Members<T>>::value == boost::pfr::tuple_size_v<T>,
                "a member is missing in BOOST_DESCRIBE_STRUCT");
  using type = Members<T>;
};

template <class T>
void for_each_member(auto&& f) {
  mp11::mp_for_each<typename Complete<T>::type>(f);
}

// Writing

/// Bytes that are not UTF-8 could be written but never be read again, so they are not written.
void write(std::string& out, const std::string& s) {
  const auto quoted = json::serialize(json::string_view{s});
  if (std::any_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    json::error_code error;
    json::parse(quoted, error);
    if (error) throw std::runtime_error("text that is not UTF-8");
  }
  out += quoted;
}
void write(std::string& out, bool b) { out += b ? "true" : "false"; }
void write(std::string& out, std::int64_t n) { out += std::to_string(n); }
void write(std::string& out, Instant t) { write(out, static_cast<std::int64_t>(t.time_since_epoch().count())); }
void write(std::string& out, Duration d) { write(out, static_cast<std::int64_t>(d.count())); }
void write(std::string& out, Date d) { write(out, iso(d)); }
void write(std::string& out, const Digest& d) { write(out, d.hex); }
void write(std::string& out, Side s) { write(out, std::string{text(s)}); }
void write(std::string& out, const Currency& c) { write(out, std::string{c.name()}); }
void write(std::string& out, const Money& m) {
  out += R"({"minor":)";
  write(out, m.minor);
  out += R"(,"currency":)";
  write(out, m.currency);
  out += '}';
}
template <class Tag>
void write(std::string& out, Id<Tag> id) {
  write(out, id.n);
}
void write(std::string& out, const AnyId& id) { write(out, text(id)); }
void write(std::string& out, AmendmentId id) { write(out, std::to_string(id.contract.n) + "." + std::to_string(id.n)); }
void write(std::string& out, MilestoneId id) { write(out, std::to_string(id.contract.n) + "." + std::to_string(id.n)); }
template <class T>
  requires std::is_enum_v<T>
void write(std::string& out, T e) {
  const char* name = describe::enum_to_string(e, nullptr);
  if (!name) throw std::runtime_error("an enumerator without a name");
  write(out, std::string{name});
}
template <class T>
  requires describe::has_describe_members<T>::value
void write(std::string& out, const T& v);
template <class T>
void write(std::string& out, const std::vector<T>& v) {
  out += '[';
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (i) out += ',';
    write(out, v[i]);
  }
  out += ']';
}

template <class T>
  requires describe::has_describe_members<T>::value
void write(std::string& out, const T& v) {
  out += '{';
  bool first = true;
  const auto member = [&](std::string_view name, const auto& value) {
    if (!first) out += ',';
    first = false;
    out.append(1, '"').append(name).append("\":");
    write(out, value);
  };
  for_each_member<T>([&](auto d) {
    const auto& value = v.*d.pointer;
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>) {
      if (value) member(d.name, *value);
    } else {
      member(d.name, value);
    }
  });
  out += '}';
}

// Reading

struct Misfit : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void read(const json::value& j, std::string& s) {
  if (!j.is_string()) throw Misfit("is no text");
  s.assign(j.get_string().data(), j.get_string().size());
}
std::string text_of(const json::value& j) {
  std::string s;
  read(j, s);
  return s;
}
void read(const json::value& j, bool& b) {
  if (!j.is_bool()) throw Misfit("is neither true nor false");
  b = j.get_bool();
}
void read(const json::value& j, std::int64_t& n) {
  if (!j.is_int64()) throw Misfit("is no whole number");
  n = j.get_int64();
}
std::int64_t number_of(const json::value& j) {
  std::int64_t n = 0;
  read(j, n);
  return n;
}
void read(const json::value& j, Instant& t) { t = Instant{Duration{number_of(j)}}; }
void read(const json::value& j, Duration& d) { d = Duration{number_of(j)}; }
void read(const json::value& j, Date& d) {
  const auto date = parse_date(text_of(j));
  if (!date) throw Misfit("is no day");
  d = *date;
}
void read(const json::value& j, Digest& d) { read(j, d.hex); }
void read(const json::value& j, Side& s) {
  const auto name = text_of(j);
  if (name != text(Side::client) && name != text(Side::freelancer)) throw Misfit("is no side");
  s = name == text(Side::client) ? Side::client : Side::freelancer;
}
void read(const json::value& j, Currency& c) {
  const auto known = currency(text_of(j));
  if (!known) throw Misfit("is no currency");
  c = *known;
}
const json::value& at(const json::object& o, std::string_view name) {
  const auto* found = o.if_contains(name);
  if (!found) throw Misfit(std::string{name} + " is missing");
  return *found;
}
const json::object& object_of(const json::value& j) {
  if (!j.is_object()) throw Misfit("is no object");
  return j.get_object();
}
void read(const json::value& j, Money& m) {
  read(at(object_of(j), "minor"), m.minor);
  read(at(object_of(j), "currency"), m.currency);
}
template <class Tag>
void read(const json::value& j, Id<Tag>& id) {
  read(j, id.n);
}
void read(const json::value& j, MilestoneId& id) {
  const auto known = parse_id("M-" + text_of(j));
  if (!known || !std::holds_alternative<MilestoneId>(*known)) throw Misfit("is no milestone's id");
  id = std::get<MilestoneId>(*known);
}
void read(const json::value& j, AmendmentId& id) {
  const auto known = parse_id("A-" + text_of(j));
  if (!known || !std::holds_alternative<AmendmentId>(*known)) throw Misfit("is no amendment's id");
  id = std::get<AmendmentId>(*known);
}
void read(const json::value& j, AnyId& id) {
  const auto known = parse_id(text_of(j));
  if (!known) throw Misfit("is no id");
  id = *known;
}
template <class T>
  requires std::is_enum_v<T>
void read(const json::value& j, T& e) {
  if (!describe::enum_from_string(text_of(j).c_str(), e)) throw Misfit("has a name that is not known");
}
template <class T>
  requires describe::has_describe_members<T>::value
void read(const json::value& j, T& v);
template <class T>
void read(const json::value& j, std::vector<T>& v) {
  if (!j.is_array()) throw Misfit("is no list");
  for (const auto& item : j.get_array()) read(item, v.emplace_back());
}
template <class T>
void read(const json::value& j, std::optional<T>& v) {
  read(j, v.emplace());
}

/// What an old body does not have is what it is by default: of the policy every number, or no new one could be added.
template <class T, class Member>
constexpr bool may_be_absent = is_optional<Member> || std::is_same_v<T, Policy>;

template <class T>
  requires describe::has_describe_members<T>::value
void read(const json::value& j, T& v) {
  const auto& object = object_of(j);
  for_each_member<T>([&](auto d) {
    auto& value = v.*d.pointer;
    if (may_be_absent<T, std::remove_cvref_t<decltype(value)>> && !object.contains(d.name)) return;
    const auto& given = at(object, d.name);
    try {
      read(given, value);
    } catch (const Misfit& e) {
      throw Misfit(std::string{d.name} + " " + e.what());
    }
  });
}

template <class E>
Event read_event(const json::value& j) {
  E event;
  read(j, event);
  return event;
}

struct Kind {
  std::string_view name;
  Event (*read)(const json::value&);
};
template <class... E>
constexpr auto kinds_of(std::type_identity<std::variant<E...>>) {
  std::array<Kind, sizeof...(E)> all{Kind{E::kind, read_event<E>}...};
  std::sort(all.begin(), all.end(), [](const Kind& a, const Kind& b) { return a.name < b.name; });
  return all;
}
constexpr auto kinds = kinds_of(std::type_identity<Event>{});
static_assert(std::adjacent_find(kinds.begin(), kinds.end(),
                                 [](const Kind& a, const Kind& b) { return a.name == b.name; }) == kinds.end(),
              "two events of one kind");

}  // namespace

std::string encode(const Event& event) {
  std::string out;
  try {
    std::visit([&](const auto& e) { write(out, e); }, event);
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string{kind(event)} + ": " + e.what());
  }
  return out;
}

Event decode(std::string_view kind, std::string_view body) {
  const auto it = std::lower_bound(kinds.begin(), kinds.end(), kind,
                                   [](const Kind& a, std::string_view name) { return a.name < name; });
  if (it == kinds.end() || it->name != kind) throw std::runtime_error("no event is called " + std::string{kind});
  json::error_code error;
  const auto parsed = json::parse({body.data(), body.size()}, error);
  if (error) throw std::runtime_error(std::string{kind} + ": the body is no JSON");
  try {
    return it->read(parsed);
  } catch (const Misfit& e) {
    throw std::runtime_error(std::string{kind} + ": " + e.what());
  }
}

}  // namespace store
