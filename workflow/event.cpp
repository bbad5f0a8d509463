#include "workflow/event.hpp"

namespace workflow {
namespace {

template <class T>
std::optional<AnyId> as_any(const T&) {
  return {};
}
std::optional<AnyId> as_any(const ProposalId& id) { return id; }
std::optional<AnyId> as_any(const OfferId& id) { return id; }
std::optional<AnyId> as_any(const ContractId& id) { return id; }
std::optional<AnyId> as_any(const MilestoneId& id) { return id; }
std::optional<AnyId> as_any(const EscrowRefundId& id) { return id; }
std::optional<AnyId> as_any(const AmendmentId& id) { return id; }
std::optional<AnyId> as_any(const ChangeRequestId& id) { return id; }
std::optional<AnyId> as_any(const QuestionId& id) { return id; }
std::optional<AnyId> as_any(const AnyId& id) { return id; }

}  // namespace

std::optional<AnyId> subject(const Event& e) {
  return std::visit([](const auto& x) { return as_any(x.id); }, e);
}

std::optional<PersonId> person_of(const Event& e) {
  return std::visit(
      [](const auto& x) -> std::optional<PersonId> {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(x.id)>, PersonId>) return x.id;
        return {};
      },
      e);
}

std::optional<AnyId> subject(const Command& c) {
  return std::visit(
      [](const auto& x) -> std::optional<AnyId> {
        if constexpr (requires { x.id; }) return as_any(x.id);
        if constexpr (requires { x.from->contract; })
          if (x.from) return x.from->contract;
        return {};
      },
      c);
}

}  // namespace workflow
