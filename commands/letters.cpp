#include "commands/suggest.hpp"
#include "commands/telling.hpp"

// Notices as e-mails.
namespace commands {
namespace {

constexpr std::size_t subject_length = 120, digest_length = 200;

}  // namespace

Letter letter(std::string_view note, std::string_view with) {
  return {headline(note, subject_length),
          std::string{note} + "\n\n" + say("mail.where", {{"with", std::string{with}}})};
}

std::string digest_line(std::string_view subject, workflow::Instant at, const std::string& zone) {
  return "- " + say("mail.digest.line", {{"at", at}, {"text", std::string{subject}}}, {zone});
}

Letter digest(std::vector<std::string> lines) {
  const bool cut = lines.size() > digest_length;
  if (cut) lines.erase(lines.begin(), lines.end() - digest_length);
  std::string body = say("mail.digest") + "\n";
  if (cut) body += say("mail.digest.older") + "\n";
  return {say("mail.digest.subject", {{"n", static_cast<std::int64_t>(lines.size())}}),
          body + joined(lines, "\n") + "\n\n" + say("mail.digest.where")};
}

}  // namespace commands
