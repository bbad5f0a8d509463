#include "tests/sim/chat_file.hpp"

#include "bot/policy.hpp"
#include "bot/rehearse/script.hpp"

namespace sim {

using bot::Member;
using bot::rehearse::whose_direct_chat;

namespace {

/// As somebody would have to write it in a file: one line a line, and what cannot be typed as escapes.
std::vector<std::string> typed_lines(const std::string& text) {
  std::vector<std::string> all{""};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (text[i] == '\n') {
      all.emplace_back();
    } else if (c < 0x20 || c >= 0x7F || text[i] == '$' || text[i] == '\\' || text[i] == '{') {
      const char* digits = "0123456789abcdef";
      all.back() += std::string{"\\x"} + digits[c >> 4] + digits[c & 15];
    } else {
      all.back() += text[i];
    }
  }
  for (auto& line : all)
    if (line.starts_with(' ')) line.replace(0, 1, "\\x20");
  return all;
}

std::string yes(bool b) { return b ? "yes" : "no"; }

}  // namespace

ChatFile::ChatFile(std::uint64_t seed, const workflow::Policy& policy, const bot::Can& can) {
  head_ = "# A simulated conversation, seed " + std::to_string(seed) + ".\n";
  const auto usual = bot::policy_lines({}, {}), here = bot::policy_lines(policy, {});
  for (std::size_t i = 0; i < here.size(); ++i)
    if (here[i].value != usual[i].value) head_ += "policy " + here[i].name + "=" + here[i].value + "\n";
  head_ += "platform threads=" + yes(can.threads) + " private-replies=" + yes(can.private_replies) +
           " deletes=" + yes(can.deletes) + "\n";
}

void ChatFile::until(Instant at) {
  if (at <= clock_) return;
  clock_ = at;
  line("at " + workflow::iso(at));
}

void ChatFile::place(const std::string& channel, const std::string& thread) {
  if (channel == channel_ && thread == thread_) return;
  const auto who = whose_direct_chat(channel);
  if (channel != channel_) line(who.empty() ? "in " + channel : "in dm " + who, false);
  if (!thread.empty()) line("in thread " + thread, false);
  if (thread.empty() && channel == channel_) line("in " + channel, false);
  channel_ = channel;
  thread_ = thread;
}

/// Everybody who is there before the first word is part of the opening.
void ChatFile::member(const Member& m) {
  const auto name = m.user.substr(2);
  if (!met_) {
    people_[name] = m;
    if (!m.direct && !m.channel.empty()) rooms_[m.channel].push_back(name);
    return;
  }
  until(m.at);
  if (m.what == Member::What::renamed) return line("rename " + name + " \"" + m.name + "\"");
  if (m.direct) return;
  place(m.channel, {});
  line((m.what == Member::What::joined ? "join " : "leave ") + name);
}

void ChatFile::open(Instant at) {
  if (met_) return;
  met_ = true;
  clock_ = at;
  for (const auto& [name, m] : people_)
    head_ += "person " + name + " tz=" + m.zone + (m.email.empty() ? "" : " email=" + m.email) + "\n";
  for (const auto& [room, names] : rooms_) {
    head_ += "room " + room + ": ";
    for (std::size_t i = 0; i < names.size(); ++i) head_ += (i ? ", " : "") + names[i];
    head_ += "\n";
  }
  channel_ = rooms_.empty() ? "" : rooms_.begin()->first;
  if (!channel_.empty()) head_ += "in " + channel_ + "\n";
  head_ += "at " + workflow::iso(at) + "\n";
}

void ChatFile::typed(const bot::Heard& h) {
  const bool late = h.sent_at < clock_;
  until(h.sent_at);
  if (!labels_.insert(h.message).second) return line("again " + h.message);
  place(h.channel, h.thread);
  const auto who = h.user.substr(2);
  const auto lines = typed_lines(h.text);
  std::string text = h.message + ": " + who + (late ? "@" + workflow::iso(h.sent_at) : "") + "> " + lines.front();
  for (std::size_t i = 1; i < lines.size(); ++i) text += "\n" + who + "| " + lines[i];
  const bool changed = h.edited && online_;
  if (changed) line("offline");
  line(std::move(text));
  message_.emplace_back(body_.size() - 1, std::pair{h.channel, h.message});
  if (h.edited) line("edit " + h.message + " " + lines.front());
  if (changed) line("online");
}

void ChatFile::heard(const bot::Incoming& what) {
  if (const auto* m = std::get_if<Member>(&what)) return member(*m);
  if (const auto* h = std::get_if<bot::Heard>(&what)) {
    open(h->sent_at);
    return typed(*h);
  }
  if (const auto* e = std::get_if<bot::Edited>(&what); e && labels_.contains(e->message)) {
    until(e->at);
    return line("edit " + e->message + " changed");
  }
  if (const auto* r = std::get_if<bot::ReadThrough>(&what)) {
    open(r->at);
    if (r->channel.empty() && r->except.empty()) until(r->at);
    return;
  }
  if (const auto* l = std::get_if<bot::Link>(&what); l && met_ && l->up != online_) {
    online_ = l->up;
    line(l->up ? "online" : "offline");
  }
}

void ChatFile::account(const bot::Account& a, Instant at) {
  open(at);
  until(at);
  using enum workflow::AccountKind;
  std::string text = "person " + a.handle;
  if (a.status)
    text += std::string{" status="} + (*a.status == workflow::AccountStatus::active     ? "active"
                                       : *a.status == workflow::AccountStatus::inactive ? "inactive"
                                                                                        : "suspended");
  if (a.kind)
    text += std::string{" kind="} + (*a.kind == enterprise ? "enterprise" : *a.kind == agency ? "agency" : "person");
  if (a.billing_ok) text += std::string{" billing="} + (*a.billing_ok ? "ok" : "failed");
  line(std::move(text));
}

void ChatFile::befell(const std::string& what) {
  if (!met_) return;
  if (!what.starts_with("crash")) {
    if (!online_) line("online");
    online_ = true;
    return line(what);
  }
  body_.insert(body_.begin() + static_cast<std::ptrdiff_t>(batch_), {what, false});
  for (auto& [at, message] : message_)
    if (at >= batch_) ++at;
}

std::string ChatFile::script(const std::vector<bool>& kept) const {
  std::string all = head_;
  for (std::size_t i = 0; i < body_.size(); ++i)
    if (kept.empty() || kept[i]) all += body_[i].text + "\n" + (body_[i].acts ? "  ...\n" : "");
  return all;
}

}  // namespace sim
