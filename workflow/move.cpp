#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

// A pair's room becomes another place of the chat, when both want it (R-room-5). What stands in the room stays as it
// is.
namespace workflow::room {
namespace {

std::optional<Rejection> no_room_here(const Context& ctx) {
  switch (ctx.here_is) {
    case Here::vacant: return {};
    case Here::own: return refuse(Code::WRONG_STATE, "room.here_already", "R-room-5");
    case Here::taken: return refuse(Code::WRONG_STATE, "room.place_taken", "R-room-5");
  }
  return {};
}

}  // namespace

Decision decide(const Room& room, const Move&, const Context& ctx) {
  const auto refused = guard(room, ctx, {.state = [&] { return no_room_here(ctx); }});
  if (refused) return std::unexpected(*refused);
  return done(MoveAsked{room.id, *side_of(room, {}, ctx.actor->id), ctx.here, ctx.now});
}

Decision decide(const Room& room, const ApproveMove&, const Context& ctx) {
  const auto refused = guard(room, ctx,
                             {.state = [&]() -> std::optional<Rejection> {
                                if (!room.move || room.move->to != ctx.here)
                                  return refuse(Code::WRONG_STATE, "room.no_move", "R-room-5");
                                return no_room_here(ctx);
                              },
                              .turn = [&]() -> std::optional<Rejection> {
                                if (side_of(room, {}, ctx.actor->id) != room.move->by) return {};
                                const auto* other = room.move->by == Side::client ? ctx.freelancer : ctx.client;
                                return refuse(Code::WRONG_ROLE, "room.other_turn", "R-room-5", {{"name", other->name}});
                              }});
  if (refused) return std::unexpected(*refused);
  return done(Moved{room.id, ctx.here, ctx.now});
}

void on(Room& room, const MoveAsked& e) { room.move = MoveRequest{e.by, e.to}; }
void on(Room& room, const Moved&) { room.move.reset(); }

}  // namespace workflow::room
