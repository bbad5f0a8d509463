#include <algorithm>

#include "bot/engine_impl.hpp"

// Notices by e-mail: queued in the same outbox, in the same transaction, under a key of their own (R-notice-5).
namespace bot {
namespace {

constexpr std::string_view by_mail = "email";  ///< the outbox's name for the way
constexpr std::string_view digest_kind = "email.digest";

store::OutboxRow row_of(PersonId person, std::string to, std::string kind, const commands::Letter& letter, Instant at) {
  return {.platform = std::string{by_mail},
          .channel = std::to_string(person.n),
          .to = std::move(to),
          .kind = std::move(kind),
          .text = letter.subject + "\n" + letter.body,
          .at = at};
}

Mail mail_of(const store::OutboxRow& row) {
  const auto end = row.text.find('\n');
  return {.key = row.key,
          .person = row.channel,
          .to = row.to,
          .subject = row.text.substr(0, end),
          .body = row.text.substr(end + 1),
          .at = row.at};
}

/// The lines of an earlier digest that was not sent either.
void take_lines(const std::string& text, std::vector<std::string>& lines) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (text.compare(at, 2, "- ") == 0) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

void Engine::Impl::write_to(PersonId person, RoomId room, const workflow::AnyId& about, const commands::Note& note,
                            Instant at) {
  if (!opt.mail) return;
  const auto& address = store.person(person).email;
  if (address.empty()) return;
  auto row = row_of(person, address, note.kind, commands::letter(note.text, other_party(room, about, person)), at);
  row.key = random_hex(16);
  writing().enqueue(row);
  mails.insert(row.key);
  out.push_back(mail_of(row));
}

/// After an unclean stop the mail that was on its way may have arrived: of each person's it can only be the first.
void Engine::Impl::doubt_first_mails() {
  std::set<std::string> seen;
  for (const auto& row : store.unsent(by_mail))
    if (seen.insert(row.channel).second) doubtful.insert(row.key);
}

std::vector<Mail> Engine::unsent_mail() {
  auto& e = *impl_;
  std::vector<Mail> all;
  for (const auto& row : e.store.unsent(by_mail)) {
    e.mails.insert(row.key);
    if (!e.marked(row.key)) all.push_back(mail_of(row));
  }
  return all;
}

void Engine::fold_mail() {
  auto& e = *impl_;
  std::map<std::string, std::vector<store::OutboxRow>> of;
  for (auto& row : e.store.unsent(by_mail))
    if (!e.marked(row.key) && !e.doubtful.contains(row.key)) of[row.channel].push_back(std::move(row));
  try {
    for (const auto& [person, rows] : of) {
      const bool folded_before = std::ranges::any_of(rows, [](const auto& r) { return r.kind == digest_kind; });
      if (std::ssize(rows) > (folded_before ? 1 : e.opt.digest_over)) e.fold(rows);
    }
    e.finish();
  } catch (...) {
    e.batch.reset();
    throw;
  }
}

/// All of these rows are one person's. The digest is as old as the newest of them.
void Engine::Impl::fold(std::span<const store::OutboxRow> rows) {
  const PersonId id{std::stoll(rows.front().channel)};
  const auto& person = store.person(id);
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    if (row.kind == digest_kind)
      take_lines(row.text, lines);
    else
      lines.push_back(commands::digest_line(mail_of(row).subject, row.at, person.zone));
  }
  auto digest = row_of(id, person.email.empty() ? rows.back().to : person.email, std::string{digest_kind},
                       commands::digest(std::move(lines)), std::ranges::max(rows, {}, &store::OutboxRow::at).at);
  salt_with("digest:" + rows.back().key);
  digest.key = random_hex(16);
  writing().attempt([&] {
    for (const auto& row : rows) writing().mark_sent(row.key, {});
    writing().enqueue(digest);
    return true;
  });
  for (const auto& row : rows) mails.erase(row.key);
  mails.insert(digest.key);
}

}  // namespace bot
