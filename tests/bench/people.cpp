#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/bench/chat_impl.hpp"

// Everybody who types, and how long they wait for an answer.
namespace bench {
namespace {

/// Of twenty messages in a row: which ask (q), which are talk (t), which change something (w).
constexpr std::string_view mix = "wqwqtwqwqwtqwqwqwtqw";

constexpr const char* expected(Line line) {
  switch (line) {
    case Line::offer: return "offer.sent";
    case Line::accept: return "offer.accepted";
    case Line::withdraw: return "offer.withdrawn";
    case Line::status: return "query.status";
    case Line::talk: break;
  }
  return "nothing";
}

std::string words(Line line, const Room& room) {
  switch (line) {
    case Line::offer: return R"(/offer title=\"Logo\" amount=300 scope=\"3 concepts, SVG\")";
    case Line::accept: return "/accept " + room.offer + " v1 --yes";
    case Line::withdraw: return "/withdraw " + room.offer;
    case Line::status: return "/status " + room.offer;
    case Line::talk: break;
  }
  return "the second sketch looks good to me";
}

}  // namespace

void Chat::Impl::answered(std::string_view text) {
  const auto now = Clock::now();
  const auto channel = value(text, "channel");
  const auto kind = value(text, "kind");
  if (!channel.starts_with("c-") || to_answer == 0) return;
  const auto n = static_cast<std::size_t>(std::stoul(std::string{channel.substr(2)}));
  auto& room = rooms.at(n);
  if (!kind.starts_with(expected(room.awaited)))
    return fail("expected " + std::string{expected(room.awaited)} + ", came: " + std::string{text});
  if (room.awaited == Line::offer) {
    const auto said = value(text, "text");
    room.offer = said.substr(0, said.find(' '));
    room.next = binding ? Line::accept : Line::withdraw;
  } else if (room.awaited != Line::status) {
    room.next = Line::offer;
  }
  latencies.push_back(std::chrono::duration<double, std::micro>(now - room.typed).count());
  if (binding && room.next == Line::accept)
    idle.push_front(n);
  else
    idle.push_back(n);
  if (--to_answer == 0) return finish();
  if (!at_pace) type_more(now);
}

Line Chat::Impl::choose(const Room& room) {
  if (load == Load::writes || binding || room.offer.empty()) return room.next;
  switch (mix[static_cast<std::size_t>(turn++) % mix.size()]) {
    case 'q': return Line::status;
    case 't': return Line::talk;
    default: return room.next;
  }
}

/// Somebody types next, in the room that has waited longest. Talk is over as soon as it is typed.
void Chat::Impl::type_more(Clock::time_point when) {
  while (to_type > 0 && !idle.empty()) {
    --to_type;
    const auto n = idle.front();
    auto& room = rooms[n];
    idle.pop_front();
    const auto line = choose(room);
    if (line == Line::talk) {
      type(n, line);
      idle.push_back(n);
      if (--to_answer == 0) return finish();
      if (at_pace) return;
      continue;
    }
    room.awaited = line;
    room.typed = when;
    turns.push_back(n);
    return;
  }
}

void Chat::Impl::type(std::size_t n, Line what) {
  const auto& room = rooms[n];
  const bool client = what != Line::accept;
  std::string line = entry("message");
  line += R"(,"id":"m-)" + std::to_string(position) + R"(","channel":"c-)" + std::to_string(n) + R"(","user":"u-)" +
          who(n, client) + R"(","handle":")" + who(n, client) + R"(","name":"Somebody","text":")" + words(what, room) +
          R"("})";
  typed += typed.empty() ? "" : "\n";
  typed += line;
  if (typed.size() > message_limit) out.push_back(std::exchange(typed, {}));
}

void Chat::Impl::begin(int messages) {
  latencies.clear();
  latencies.reserve(static_cast<std::size_t>(messages));
  to_type = to_answer = messages;
  begun = Clock::now();
}

void Chat::Impl::run_messages(int messages, int outstanding) {
  run(
      [&] {
        begin(messages);
        for (int i = 0; i < outstanding; ++i) type_more(begun);
        flush();
      },
      true);
}

/// Every message has its instant; where all rooms wait for an answer it is typed late, and counts from that instant.
asio::awaitable<void> Chat::Impl::keep_pace(int per_second) {
  const auto messages = to_type;
  const std::chrono::duration<double> each{1.0 / per_second};
  while (to_type > 0 && done) {
    const auto now = Clock::now();
    while (to_type > 0 && !idle.empty()) {
      const auto due = begun + std::chrono::duration_cast<Clock::duration>(each * (messages - to_type));
      if (due > now) break;
      type_more(due);
    }
    flush();
    pulse.expires_after(std::chrono::microseconds{200});
    co_await pulse.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Figures Chat::Impl::figures(int messages) {
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double share) {
    return latencies[static_cast<std::size_t>(static_cast<double>(latencies.size() - 1) * share)];
  };
  const std::chrono::duration<double> took = ended - begun;
  return {static_cast<double>(messages) / took.count(), at(0.5), at(0.99), at(0.999)};
}

void Chat::bind_rooms() {
  impl_->binding = true;
  impl_->run_messages(2 * static_cast<int>(impl_->rooms.size()), 32);
  impl_->binding = false;
}

Figures Chat::drive(int messages, int outstanding, Load load) {
  impl_->load = load;
  impl_->run_messages(messages, outstanding);
  return impl_->figures(messages);
}

Figures Chat::paced(int messages, int per_second, Load load) {
  auto& s = *impl_;
  s.load = load;
  s.at_pace = true;
  s.run(
      [&] {
        s.begin(messages);
        asio::co_spawn(s.io, s.keep_pace(per_second), asio::detached);
      },
      true);
  s.at_pace = false;
  return s.figures(messages);
}

void Chat::open_rooms(int rooms) {
  impl_->run(
      [&] {
        auto& s = *impl_;
        for (int i = 0; i < rooms; ++i) {
          const auto name = std::to_string(s.rooms.size());
          s.idle.push_back(s.rooms.size());
          s.rooms.emplace_back();
          for (const bool client : {true, false}) {
            const auto handle = who(s.rooms.size() - 1, client);
            const std::string user = R"(","user":{"id":"u-)" + handle + R"(","handle":")" + handle +
                                     R"(","name":"Somebody","zone":"Europe/Berlin"}})";
            if (s.met.insert(handle).second)
              s.show(s.entry("joined") + R"(,"direct":true,"channel":"d-)" + handle + user);
            s.show(s.entry("joined") + R"(,"channel":"c-)" + name + user);
          }
        }
        s.flush();
      },
      false);
}

void Chat::bursts(int count, int burst) {
  impl_->load = Load::writes;
  for (int i = 0; i < count; ++i) {
    impl_->run(
        [&] {
          auto& s = *impl_;
          s.to_type = s.to_answer = burst;
          for (int k = 0; k < burst; ++k) s.type_more(Clock::now());
          s.flush();
        },
        true);
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

}  // namespace bench
