#include "bot/platforms/xmpp/archive.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"
#include "workflow/time.hpp"

namespace bot::xmpp {
namespace {

/// A message of the same second as the position may come behind it: some archives keep whole seconds.
constexpr std::chrono::milliseconds one_second{1'000};

bool digits(std::string_view& rest, std::size_t many, int& into) {
  if (rest.size() < many || rest.find_first_not_of("0123456789") < many) return false;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + many, into);
  if (error != std::errc{} || end != rest.data() + many) return false;
  rest.remove_prefix(many);
  return true;
}

bool mark(std::string_view& rest, char is) {
  if (!rest.starts_with(is)) return false;
  rest.remove_prefix(1);
  return true;
}

/// `.123456`: as many digits as there are, of which three count.
std::optional<int> milliseconds(std::string_view& rest) {
  if (rest.find_first_of("0123456789") != 0) return std::nullopt;
  int value = 0, weight = 100;
  while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
    value += weight * (rest.front() - '0');
    weight /= 10;
    rest.remove_prefix(1);
  }
  return value;
}

void field(pugi::xml_node form, const char* name, std::string_view value) {
  const auto one = add(form, "field");
  set(one, "var", name);
  set_text(add(one, "value"), value);
}

std::string condition(pugi::xml_node answer) {
  const auto error = child(answer, "error", ns::client);
  for (const auto each : error.children())
    if (each.type() == pugi::node_element && namespace_of(each) == ns::stanzas) return local_name(each);
  return std::string_view{answer.attribute("type").value()} == "result" ? "" : "unknown";
}

}  // namespace

std::optional<Instant> read_stamp(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, off_hour = 0, off_minute = 0;
  std::optional<int> ms = 0;
  if (!digits(text, 4, year) || !mark(text, '-') || !digits(text, 2, month) || !mark(text, '-') ||
      !digits(text, 2, day) || !mark(text, 'T') || !digits(text, 2, hour) || !mark(text, ':') ||
      !digits(text, 2, minute) || !mark(text, ':') || !digits(text, 2, second))
    return std::nullopt;
  if (mark(text, '.')) ms = milliseconds(text);
  if (!ms) return std::nullopt;
  int sign = 0;
  if (text == "Z")
    sign = 0;
  else if (mark(text, '+'))
    sign = 1;
  else if (mark(text, '-'))
    sign = -1;
  else
    return std::nullopt;
  if (sign != 0 && (!digits(text, 2, off_hour) || !mark(text, ':') || !digits(text, 2, off_minute) || !text.empty()))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60 || off_hour > 23 || off_minute > 59) return std::nullopt;
  return Instant{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::milliseconds{*ms} -
         sign * (std::chrono::hours{off_hour} + std::chrono::minutes{off_minute});
}

std::string stamp(Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  auto left = (at - day).count();
  const auto part = [&left](std::int64_t unit, std::size_t width) {
    auto text = std::to_string(left / unit);
    left %= unit;
    return std::string(width - std::min(width, text.size()), '0') + text;
  };
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const auto year = std::to_string(static_cast<int>(date.year()));
  std::string out = std::string(4 - std::min<std::size_t>(4, year.size()), '0') + year + "-" +
                    two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) + "T";
  out += part(3'600'000, 2) + ":";
  out += part(60'000, 2) + ":";
  out += part(1'000, 2) + ".";
  return out + part(1, 3) + "Z";
}

pugi::xml_document Archives::query(const std::string& archive, const std::string& number, std::optional<Instant> start,
                                   const std::function<void(pugi::xml_node)>& paging, int most) const {
  pugi::xml_document out;
  const auto iq = add(out, "iq", ns::client);
  set(iq, "type", "set");
  if (archive != me_) set(iq, "to", archive);
  const auto query = add(iq, "query", ns::mam);
  set(query, "queryid", number);
  const auto form = add(query, "x", ns::data);
  set(form, "type", "submit");
  const auto kind = add(form, "field");
  set(kind, "var", "FORM_TYPE");
  set(kind, "type", "hidden");
  set_text(add(kind, "value"), ns::mam);
  if (start) field(form, "start", stamp(*start));
  const auto set_of = add(query, "set", ns::rsm);
  set_text(add(set_of, "max"), std::to_string(most));
  paging(set_of);
  return out;
}

void Archives::ask(const std::string& archive, pugi::xml_document query, const std::string& number, Heard heard) {
  asked_[number].archive = archive;
  session_.request(std::move(query), [this, number, heard = std::move(heard),
                                      alive = std::weak_ptr<int>(alive_)](pugi::xml_node answer) {
    if (alive.expired()) return;
    if (!answer) {
      asked_.erase(number);
      return;
    }
    Page page;
    page.messages = std::move(asked_[number].messages);
    asked_.erase(number);
    if (!page.messages.empty()) page.last = {page.messages.back().id, page.messages.back().at};
    page.error = condition(answer);
    const auto fin = child(answer, "fin", ns::mam);
    // What was left out, because it cannot be read, must not end the archive: readable messages may stand behind it.
    const std::string last = child(child(fin, "set", ns::rsm), "last", ns::rsm).text().get();
    if (!last.empty()) page.last.id = last;
    page.complete = std::string_view{fin.attribute("complete").value()} == "true" || page.last.id.empty();
    heard(std::move(page));
  });
}

void Archives::after(const std::string& archive, const Position& from, int most, Heard heard) {
  const auto number = "h" + std::to_string(++numbers_);
  std::optional<Instant> start;
  // Before 1970 Prosody never answers, and ejabberd refuses.
  if (from.at != Instant{}) start = std::max(from.at - one_second, Instant{});
  const auto paging = [&](pugi::xml_node set_of) {
    if (!from.id.empty()) set_text(add(set_of, "after"), from.id);
  };
  const auto not_before = from.at == Instant{} ? from.at : std::chrono::floor<std::chrono::seconds>(from.at);
  auto again = [this, archive, from, most, heard](Page page) {
    if (page.error == "item-not-found" && !from.id.empty() && from.at != Instant{})
      return after(archive, {{}, from.at}, most, heard);
    heard(std::move(page));
  };
  auto sifted = [not_before, again = std::move(again)](Page page) {
    const auto old = [&](const Archived& one) { return one.at < not_before; };
    std::erase_if(page.messages, old);
    again(std::move(page));
  };
  ask(archive, query(archive, number, start, paging, most), number, std::move(sifted));
}

void Archives::newest(const std::string& archive, int most, Heard heard) {
  const auto number = "n" + std::to_string(++numbers_);
  const auto paging = [](pugi::xml_node set_of) { add(set_of, "before"); };
  ask(archive, query(archive, number, std::nullopt, paging, most), number, std::move(heard));
}

bool Archives::take(pugi::xml_node stanza) {
  const auto result = child(stanza, "result", ns::mam);
  if (!result) return false;
  const auto asked = asked_.find(result.attribute("queryid").value());
  if (asked == asked_.end()) return true;
  const std::string from = stanza.attribute("from").value();
  const bool own = asked->second.archive == me_ && (from.empty() || from == me_);
  if (!own && from != asked->second.archive) return true;
  const auto forwarded = child(result, "forwarded", ns::forward);
  const auto at = read_stamp(child(forwarded, "delay", ns::delay).attribute("stamp").value());
  const auto message = child(forwarded, "message", ns::client);
  if (!at || !message) return true;
  Archived one{.id = result.attribute("id").value(), .at = *at, .holder = {}, .message = {}};
  one.message = one.holder.append_copy(message);
  if (!one.message.attribute("xmlns")) one.message.append_attribute("xmlns").set_value("jabber:client");
  asked->second.messages.push_back(std::move(one));
  return true;
}

Backfill::Backfill(Archives& archives, std::vector<Source> sources, int page, Handlers handlers)
    : archives_(archives), page_(page), handlers_(std::move(handlers)) {
  for (auto& source : sources) lines_.push_back({std::move(source.archive), std::move(source.from), {}, 0});
}

void Backfill::start() {
  for (std::size_t i = 0; i < lines_.size(); ++i) fetch(i);
  if (lines_.empty()) merge();
}

void Backfill::go_on() {
  for (std::size_t i = 0; i < lines_.size(); ++i)
    if (!lines_[i].ended && !lines_[i].asked && lines_[i].next == lines_[i].waiting.size()) fetch(i);
}

void Backfill::fetch(std::size_t i) {
  Line& line = lines_[i];
  line.asked = true;
  archives_.after(line.archive, line.from, page_, [this, i, alive = std::weak_ptr<int>(alive_)](Archives::Page page) {
    if (!alive.expired()) got(i, std::move(page));
  });
}

void Backfill::got(std::size_t i, Archives::Page page) {
  Line& line = lines_[i];
  line.asked = false;
  line.waiting = std::move(page.messages);
  line.next = 0;
  if (!page.error.empty()) failed_[line.archive] = page.error;
  // A page without anything new would come again and again. The instant never goes back: an archive that begins anew
  // brings old messages on several pages.
  const bool moves = !page.last.id.empty() && page.last.id != line.from.id;
  line.ended = !page.error.empty() || page.complete || !moves;
  if (moves) line.from = {std::move(page.last.id), std::max(line.from.at, page.last.at)};
  merge();
}

/// Hands out the oldest while nothing older can come from any archive.
void Backfill::merge() {
  const auto alive = std::weak_ptr<int>(alive_);
  while (true) {
    Line* oldest = nullptr;
    for (Line& line : lines_) {
      if (line.next == line.waiting.size()) {
        if (line.ended) continue;
        if (!line.asked && (!handlers_.room_for_more || handlers_.room_for_more()))
          fetch(static_cast<std::size_t>(&line - lines_.data()));
        return;
      }
      if (!oldest || line.waiting[line.next].at < oldest->waiting[oldest->next].at) oldest = &line;
    }
    if (!oldest) break;
    handlers_.message(oldest->archive, std::move(oldest->waiting[oldest->next++]));
    if (alive.expired()) return;
  }
  if (std::exchange(done_, true)) return;
  handlers_.done(failed_);
}

}  // namespace bot::xmpp
