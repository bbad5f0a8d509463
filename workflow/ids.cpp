#include "workflow/ids.hpp"

#include <charconv>

namespace workflow {
namespace {

std::string with(std::string_view prefix, std::int64_t n) { return std::string{prefix} + "-" + std::to_string(n); }

/// 1 to 12 digits, no leading zero, nothing behind.
std::optional<std::int64_t> number(std::string_view s) {
  if (s.empty() || s.size() > 12 || s.front() == '0') return {};
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), n);
  if (error != std::errc{} || end != s.data() + s.size() || n <= 0) return {};
  return n;
}

}  // namespace

std::string text(ProposalId id) { return with("P", id.n); }
std::string text(OfferId id) { return with("O", id.n); }
std::string text(ContractId id) { return with("C", id.n); }
std::string text(EscrowRefundId id) { return with("ER", id.n); }
std::string text(ChangeRequestId id) { return with("CR", id.n); }
std::string text(QuestionId id) { return with("Q", id.n); }
std::string text(AmendmentId id) { return with("A", id.contract.n) + "." + std::to_string(id.n); }
std::string text(MilestoneId id) { return with("M", id.contract.n) + "." + std::to_string(id.n); }
std::string text(const AnyId& id) {
  return std::visit([](auto x) { return text(x); }, id);
}

std::optional<AnyId> parse_id(std::string_view s) {
  const auto dash = s.find('-');
  if (dash == std::string_view::npos || dash == 0 || dash > 2) return {};
  std::string prefix{s.substr(0, dash)};
  for (char& c : prefix)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  const auto rest = s.substr(dash + 1);
  if (prefix == "M" || prefix == "A") {
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return {};
    const auto c = number(rest.substr(0, dot)), m = number(rest.substr(dot + 1));
    if (!c || !m) return {};
    if (prefix == "A") return AmendmentId{ContractId{*c}, *m};
    return MilestoneId{ContractId{*c}, *m};
  }
  const auto n = number(rest);
  if (!n) return {};
  if (prefix == "P") return ProposalId{*n};
  if (prefix == "O") return OfferId{*n};
  if (prefix == "C") return ContractId{*n};
  if (prefix == "ER") return EscrowRefundId{*n};
  if (prefix == "CR") return ChangeRequestId{*n};
  if (prefix == "Q") return QuestionId{*n};
  return {};
}

std::string_view text(Side s) { return s == Side::client ? "client" : "freelancer"; }

}  // namespace workflow
