#include "tests/sim/trace.hpp"

namespace sim {
namespace {

using workflow::iso;

template <class... T>
std::string joined(const char* what, const T&... parts) {
  std::string all = what;
  ((all += "|", all += parts), ...);
  return all;
}
std::string flag(bool b) { return b ? "yes" : "no"; }

struct InLine {
  std::string operator()(const bot::Heard& x) const {
    return joined("heard", x.channel, x.thread, x.message, x.user, iso(x.sent_at), flag(x.edited), x.text);
  }
  std::string operator()(const bot::Member& x) const {
    return joined("member", std::to_string(static_cast<int>(x.what)), x.channel, x.user, x.name, x.zone, iso(x.at));
  }
  std::string operator()(const bot::Edited& x) const { return joined("edited", x.channel, x.message, iso(x.at)); }
  std::string operator()(const bot::Deleted& x) const { return joined("deleted", x.channel, x.message, iso(x.at)); }
  std::string operator()(const bot::ReadThrough& x) const { return joined("read", x.channel, iso(x.at)); }
  std::string operator()(const bot::Delivered& x) const { return joined("delivered", x.key, x.message); }
  std::string operator()(const bot::Refused& x) const { return joined("refused", x.key, flag(x.permanent)); }
  std::string operator()(const bot::Link& x) const { return joined("link", flag(x.up)); }
};

struct OutLine {
  std::string operator()(const bot::Post& x) const {
    return joined("post", x.key, x.channel, x.thread, x.to, x.kind, x.text);
  }
  std::string operator()(const bot::Erase& x) const { return joined("erase", x.channel, x.message); }
  std::string operator()(const bot::Mail& x) const { return joined("mail", x.key, x.to, x.subject, x.body); }
};

}  // namespace

std::string line_of(const bot::Incoming& item) { return std::visit(InLine{}, item); }
std::string line_of(const bot::Outgoing& item) { return std::visit(OutLine{}, item); }

}  // namespace sim
