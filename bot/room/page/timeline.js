import { add, button, byId, make, show } from "/dom.js";
import { confirms, dayOf, initial, inUtc, isCommand, readKind, readPreview, splitNumber, timeOf, tint } from "/text.js";

// Draws what was said in the open room. Remembers no more than what it has drawn.

const TOGETHER = 5 * 60_000;
const NEAR = 80;

export function makeTimeline(model, act) {
  const list = byId("timeline");
  const scroll = byId("scroll");
  const newest = byId("newest");
  let room = null;
  let thread = "";
  let last = null; // the entry that was drawn last

  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
  const toEnd = () => { scroll.scrollTop = scroll.scrollHeight; show(newest, false); };
  const wanted = (entry) => !thread || entry.thread === thread;

  newest.addEventListener("click", toEnd);
  // Where the room for the messages changes, the newest stays in sight for those who were looking at it.
  let following = true;
  scroll.addEventListener("scroll", () => {
    following = atEnd();
    if (following) show(newest, false);
  });
  new ResizeObserver(() => { if (following) toEnd(); }).observe(scroll);

  function when(entry) {
    return make("time", { datetime: new Date(entry.at).toISOString(), title: inUtc(entry.at) }, timeOf(entry.at));
  }

  function chip(entry) {
    if (!entry.thread || thread) return null;
    return button(entry.thread, { class: "chip thread", title: `Show only the thread ${entry.thread}` },
                  () => act.openThread(entry.thread));
  }

  function avatar(entry, name) {
    const shade = entry.bot ? "bot" : `tint-${tint(entry.user, 6)}`;
    return make("span", { class: `avatar ${shade}`, "aria-hidden": "true" }, initial(name));
  }

  /// The button of a preview, as long as it is of use.
  function confirmation(entry) {
    const asked = readPreview(entry.text);
    if (!asked) return null;
    const used = room.entries.some((one) => one.position > entry.position && one.user === model.me.id &&
                                            one.type === "message" && confirms(one.text, asked.code));
    const until = asked.minutes ? entry.at + asked.minutes * 60_000 : Infinity;
    const made = button("Confirm", { class: "primary confirm", "data-code": asked.code }, () => {
      made.disabled = true;
      act.post(`/confirm ${asked.code}`, entry.thread ?? "");
    });
    if (until !== Infinity) made.dataset.until = String(until);
    const over = used ? "Answered" : model.now() > until ? "Lapsed" : "";
    if (over) Object.assign(made, { disabled: true, textContent: over });
    return add(make("div", { class: "card-foot" }), made);
  }

  /// A note's text. Whose turn it is stands out.
  function words(text) {
    const body = make("p", { class: "words" });
    text.split("\n").forEach((line, i) => {
      const next = /^Next(, [^:]{1,120})?:/.exec(line)?.[0] ?? "";
      add(body, i ? "\n" : null, next && make("b", {}, next), line.slice(next.length));
    });
    return body;
  }

  function card(entry) {
    const kind = readKind(entry.kind);
    const { text, number } = splitNumber(entry.text);
    const made = make("article", { class: `card ${kind.family}${entry.private ? " private" : ""}`, "data-kind": kind.name, "data-subject": kind.subject });
    const head = make("p", { class: "card-head" }, make("b", {}, kind.title));
    if (kind.subject) add(head, make("span", { class: "chip" }, kind.subject));
    if (entry.private) add(head, make("span", { class: "only-you" }, "only you see this"));
    add(head, chip(entry), when(entry));
    add(made, head, words(text));
    if (kind.name.startsWith("preview.")) add(made, confirmation(entry));
    if (number) add(made, make("p", { class: "number" }, number));
    return made;
  }

  function message(entry) {
    const name = model.nameOf(entry.user, entry.name);
    const before = last && last.type === "message" && last.user === entry.user && entry.at - last.at < TOGETHER &&
                   (last.thread ?? "") === (entry.thread ?? "") && !last.kind === !entry.kind;
    const item = make("li", { class: before ? "message together" : "message", "data-id": entry.id,
                              "data-mine": entry.user === model.me.id, "data-private": entry.private === true });
    if (!before) {
      add(item, avatar(entry, name));
      const head = make("p", { class: "message-head" }, make("bdi", { class: "name" }, name));
      if (entry.bot) add(head, make("span", { class: "badge" }, "bot"));
      else add(head, make("span", { class: "faint" }, `@${entry.handle}`));
      if (!entry.kind || entry.deleted) add(head, chip(entry), when(entry));
      add(item, head);
    }
    if (entry.deleted) return add(item, make("p", { class: "gone" }, "This message was removed."));
    if (entry.kind) return add(item, card(entry));
    const text = make("p", { class: isCommand(entry.text) ? "words command" : "words" }, entry.text);
    if (entry.private) add(item, make("span", { class: "only-you" }, "only you see this"));
    if (before) text.title = `${timeOf(entry.at)} · ${inUtc(entry.at)}`;
    add(item, text);
    if (entry.user === model.me.id) {
      add(item, button("Remove", { class: "quiet remove", "aria-label": "Remove this message" }, () => act.remove(entry)));
    }
    return item;
  }

  function happening(entry) {
    const name = entry.user.name;
    const words = entry.type === "joined" ? `${name} is here now`
      : entry.type === "left" ? `${name} left`
      : `@${entry.was} is now ${name}, @${entry.user.handle}`;
    return make("li", { class: "happening" }, words, " · ", when(entry));
  }

  function draw(entry) {
    if (!wanted(entry)) return;
    if (!last || new Date(last.at).toDateString() !== new Date(entry.at).toDateString()) {
      add(list, make("li", { class: "day" }, make("span", {}, dayOf(entry.at, model.now()))));
      last = null;
    }
    const item = entry.type === "message" ? message(entry) : happening(entry);
    item.dataset.position = String(entry.position);
    add(list, item);
    last = entry;
  }

  function drawPending() {
    for (const old of list.querySelectorAll(".pending")) old.remove();
    for (const post of room.pending) {
      if (thread && post.thread !== thread) continue;
      const text = make("p", { class: isCommand(post.text) ? "words command" : "words" }, post.text);
      add(list, make("li", { class: "message together pending", "aria-hidden": "true" }, text,
                     make("p", { class: "faint" }, "sending …")));
    }
  }

  /// Draws the room anew and keeps the place where one reads.
  function redraw(keepPlace) {
    if (!room) return;
    const stay = keepPlace && !atEnd();
    const fromEnd = scroll.scrollHeight - scroll.scrollTop;
    list.setAttribute("aria-busy", "true");
    list.replaceChildren();
    last = null;
    for (const entry of room.entries) draw(entry);
    drawPending();
    if (!room.entries.length && room.opened) {
      add(list, make("li", { class: "empty" }, room.direct ? "Only you and Parley read this."
        : "Nothing was said here yet. The client begins with /offer, or ask for /help."));
    }
    list.removeAttribute("aria-busy");
    show(byId("earlier"), room.more && room.opened);
    if (stay) scroll.scrollTop = scroll.scrollHeight - fromEnd;
    else toEnd();
  }

  function markAnswered(text) {
    for (const made of list.querySelectorAll(".confirm"))
      if (confirms(text, made.dataset.code) && made.textContent !== "Lapsed")
        Object.assign(made, { disabled: true, textContent: "Answered" });
  }

  setInterval(() => {
    for (const made of list.querySelectorAll(".confirm[data-until]:not(:disabled)"))
      if (model.now() > Number(made.dataset.until)) Object.assign(made, { disabled: true, textContent: "Lapsed" });
  }, 5_000);

  return {
    open(nextRoom, nextThread) {
      room = nextRoom;
      thread = nextThread;
      redraw(false);
    },
    redraw: () => redraw(true),
    /// A new entry of the open room.
    entered(entry) {
      const drawn = [...list.querySelectorAll("li[data-position]")].at(-1);
      const answers = entry.type === "message" && entry.user === model.me.id && /confirm/i.test(entry.text);
      if (!drawn || Number(drawn.dataset.position) > entry.position) return redraw(true);
      if (answers) markAnswered(entry.text);
      const follow = atEnd() || entry.user === model.me.id;
      for (const old of list.querySelectorAll(".pending")) old.remove();
      draw(entry);
      drawPending();
      if (follow) toEnd();
      else if (wanted(entry)) show(newest, true);
    },
    pendingChanged() {
      drawPending();
      toEnd();
    },
  };
}
