import { byId, make, show } from "/dom.js";
import { connect } from "/socket.js";
import { Model } from "/model.js";
import { makeTimeline } from "/timeline.js";
import { makeSidebar } from "/sidebar.js";
import { makeComposer } from "/composer.js";
import { readHandles } from "/text.js";

// Ties the parts together: frames change the model, the model is drawn, what one does becomes frames.

const PAGE = 100;
const FORWARD = 500;
const PAGES_AHEAD = 60; // rooms whose last messages are loaded before they are opened

const model = new Model();
let link = null;
let open = null; // the open room
let thread = "";
let catchingUp = false;
let newestLive = 0;

const timeline = makeTimeline(model, { openThread: (label) => go(open, label), post, remove });
const sidebar = makeSidebar(model, { openRoom: (room) => { go(room, ""); composer.focus(); }, bring, leave });
const composer = makeComposer((text) => { post(text, thread); return true; });

/// The token comes behind the # of the sign-in link and is taken out of the address at once.
function takeToken() {
  const found = /^#token=([^&]+)/.exec(location.hash);
  if (found) {
    try { sessionStorage.setItem("token", decodeURIComponent(found[1])); } catch { /* then only until reloaded */ }
    history.replaceState(null, "", location.pathname);
    return decodeURIComponent(found[1]);
  }
  try { return sessionStorage.getItem("token") ?? ""; } catch { return ""; }
}

function stayOutside(why) {
  try { sessionStorage.removeItem("token"); } catch { /* none was kept */ }
  if (why) byId("outside-why").textContent = `${why} Open your own sign-in link, or ask for a new one.`;
  show(byId("inside"), false);
  show(byId("outside"), true);
  document.title = "Parley";
}

let statusTimer = 0;
function say(text, problem = false) {
  const line = byId("status");
  clearTimeout(statusTimer);
  line.textContent = text;
  line.classList.toggle("problem", problem);
  if (problem && text) statusTimer = setTimeout(() => say(link?.up() ? "" : "Not connected."), 15_000);
}

const failed = (answer) => {
  if (answer.type !== "error") return false;
  say(answer.text, true);
  return true;
};

// --- What the room tells

function onFrame(frame) {
  switch (frame.type) {
    case "room":
      model.describe(frame);
      if (open?.id === frame.id) drawHead();
      break;
    case "welcome": return welcome(frame);
    case "message": case "joined": case "left": case "renamed": case "deleted": return live(frame);
    case "posted": return settlePending(frame.key);
    case "error": return onError(frame);
    case "pong": model.clockOffset = frame.now - Date.now(); break;
    default: break;
  }
}

async function welcome(frame) {
  const otherStore = model.welcome(frame);
  if (otherStore) return location.reload();
  show(byId("outside"), false);
  show(byId("inside"), true);
  say("");
  newestLive = 0;
  if (model.cursor === 0) model.cursor = frame.position;
  else if (!await catchUp(frame.position)) return;
  resend();
  if (!open) go(firstRoom(), "");
  drawSide();
  await loadAhead();
}

/// Reads on from where one was when the connection went down. False if it went down again meanwhile.
async function catchUp(until) {
  catchingUp = true;
  let after = model.cursor;
  for (let more = after < until; more;) {
    const page = await link.ask({ type: "history", after, until, limit: FORWARD });
    if (page.type !== "history") return false;
    for (const entry of page.entries) take(entry, false);
    after = Math.max(after, page.next);
    model.cursor = after;
    more = page.more;
  }
  catchingUp = false;
  model.cursor = Math.max(model.cursor, until, newestLive);
  drawHead();
  timeline.redraw();
  return true;
}

function live(entry) {
  newestLive = Math.max(newestLive, entry.position);
  if (!catchingUp) model.cursor = Math.max(model.cursor, entry.position);
  take(entry, true);
}

function take(entry, isLive) {
  const result = model.enter(entry, isLive);
  if (!result) return;
  const { room, fresh, changed } = result;
  if (entry.type === "joined" && entry.user.id === model.me?.id && isLive) loadPage(room);
  if (room && room === open) {
    if (changed) timeline.redraw();
    else if (fresh) timeline.entered(entry);
    if (entry.type !== "message") drawHead();
  } else if (changed && open) {
    drawHead();
    timeline.redraw();
  }
  if (!open && model.me && isLive && room) go(room, "");
  drawSide();
}

function onError(frame) {
  say(frame.text, true);
  if (!frame.key) return;
  for (const room of model.rooms.values()) {
    const post = room.pending.find((one) => one.key === frame.key);
    if (!post || frame.permanent === false) continue;
    room.pending = room.pending.filter((one) => one !== post);
    composer.giveBack(placeOf(room, post.thread), post.text);
    if (room === open) timeline.pendingChanged();
  }
}

function settlePending(key) {
  for (const room of model.rooms.values()) room.pending = room.pending.filter((post) => post.key !== key);
  timeline.redraw();
}

// --- Loading

const firstRoom = () => {
  let wanted = "";
  try { wanted = sessionStorage.getItem("room") ?? ""; } catch { /* the first one then */ }
  const all = [...model.rooms.values()].filter((room) => !room.left);
  return model.rooms.get(wanted) ?? all.find((room) => !room.direct) ?? all[0] ?? null;
};

async function loadPage(room) {
  if (!room || room.loading || room.left || !room.more) return;
  room.loading = true;
  const before = room.oldest === Infinity ? {} : { before: room.oldest };
  const page = await link.ask({ type: "history", channel: room.id, limit: PAGE, ...before });
  room.loading = false;
  if (failed(page)) return;
  for (const entry of page.entries) model.enter(entry, false);
  if (page.entries.length) room.oldest = Math.min(room.oldest, page.next);
  room.more = page.more === true;
  room.opened = true;
  if (room === open) {
    timeline.redraw();
    looked();
  }
  drawSide();
}

async function loadAhead() {
  const all = [...model.rooms.values()].filter((room) => !room.opened && !room.left).slice(0, PAGES_AHEAD);
  for (const room of all) await loadPage(room);
}

// --- What one does

const placeOf = (room, label) => (label ? `${room.id} ${label}` : room.id);

function go(room, label) {
  if (!room) {
    byId("title").textContent = "No room yet";
    return;
  }
  open = room;
  thread = label;
  try { sessionStorage.setItem("room", room.id); } catch { /* not remembered then */ }
  show(byId("thread-bar"), label !== "");
  byId("thread-name").textContent = label;
  drawHead();
  timeline.open(room, label);
  if (!room.opened) loadPage(room);
  looked();
  drawSide();
}

function looked() {
  if (open && !document.hidden && model.look(open)) drawSide();
}

function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const frameOf = (room, post) => ({
  type: "post", channel: room.id, text: post.text, key: post.key, ...(post.thread ? { thread: post.thread } : {}),
});

function post(text, label) {
  const made = { key: randomKey(), text, thread: label };
  open.pending.push(made);
  say(link.say(frameOf(open, made)) ? "" : "Not connected: this goes out as soon as the room answers again.");
  timeline.pendingChanged();
}

/// What may not have arrived is sent again with its key; the room takes each key once.
function resend() {
  for (const room of model.rooms.values()) for (const one of room.pending) link.say(frameOf(room, one));
}

async function bring(room, handles) {
  if (!failed(await link.ask({ type: "join", channel: room.id, handles }))) say("");
}

async function remove(entry) {
  if (!failed(await link.ask({ type: "delete", id: entry.id }))) say("");
}

async function leave(room) {
  if (room.left || failed(await link.ask({ type: "leave", channel: room.id }))) return;
  room.left = true;
  drawHead();
  drawSide();
}

async function comeBack(room) {
  if (failed(await link.ask({ type: "join", channel: room.id }))) return;
  room.left = false;
  drawHead();
  loadPage(room);
}

// --- Drawing

function drawHead() {
  if (!open) return;
  const title = model.title(open);
  byId("title").textContent = title;
  const others = [...open.members.values()].filter((user) => user.id !== model.me.id).map((user) => user.name);
  byId("subtitle").textContent = open.left ? "You left this room." : open.direct ? "Only you and Parley read this."
    : `${others.length ? `With ${others.join(", ")}` : "Nobody else is here yet"}`;
  const label = thread ? `Message in the thread ${thread}` : `Message ${open.direct ? "to " : "in "}${title}`;
  byId("draft-where").textContent = thread ? `This goes into the thread ${thread}.` : "";
  if (composerAt !== `${placeOf(open, thread)} ${open.left} ${label}`) {
    composerAt = `${placeOf(open, thread)} ${open.left} ${label}`;
    composer.open(placeOf(open, thread), label, !open.left);
  }
  sidebar.people(open);
  if (open.left) {
    const back = make("button", { type: "button", class: "quiet" }, "Come back in");
    back.addEventListener("click", () => comeBack(open));
    byId("people").append(back);
  }
}
let composerAt = "";

function drawSide() {
  if (!model.me) return;
  if (open && !document.hidden) model.look(open);
  sidebar.draw(open);
  const news = [...model.rooms.values()].some((room) => model.unread(room));
  document.title = `${news ? "• " : ""}${open ? model.title(open) : "Parley"}${open && !open.direct ? " · Parley" : ""}`;
}

// --- Windows

function dialog(id, onOpen, onSubmit) {
  const box = byId(id);
  const problem = box.querySelector(".problem");
  box.querySelector("[data-close]").addEventListener("click", () => box.close());
  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await onSubmit();
    show(problem, answer.type === "error");
    problem.textContent = answer.text ?? "";
    if (answer.type !== "error") box.close();
  });
  return () => {
    show(problem, false);
    sidebar.close();
    onOpen();
    box.showModal();
  };
}

const openRoomDialog = dialog("room-dialog", () => {
  byId("room-name").value = "";
  byId("room-handles").value = "";
}, async () => {
  const handles = readHandles(byId("room-handles").value);
  const answer = await link.ask({ type: "create", name: byId("room-name").value.trim(), handles });
  if (answer.channel && model.rooms.has(answer.channel)) go(model.rooms.get(answer.channel), "");
  return answer;
});

const openMeDialog = dialog("me-dialog", () => {
  byId("me-name").value = model.me.name;
  byId("me-handle").value = model.me.handle;
  byId("me-zone").value = model.me.zone ?? "";
}, () => link.ask({ type: "rename", name: byId("me-name").value.trim(), handle: byId("me-handle").value.trim(),
                    zone: byId("me-zone").value.trim() }));

byId("new-room").addEventListener("click", openRoomDialog);
byId("me").addEventListener("click", openMeDialog);
byId("thread-close").addEventListener("click", () => { go(open, ""); composer.focus(); });
byId("earlier").addEventListener("click", () => loadPage(open));
document.addEventListener("visibilitychange", () => { looked(); drawSide(); });
// Another sign-in link opened in this very tab only changes what stands behind the #.
addEventListener("hashchange", () => { if (takeToken() && location.hash === "") location.reload(); });

const token = takeToken();
if (token) {
  link = connect(token, {
    frame: onFrame,
    refused: stayOutside,
    state(name, ms) {
      if (name === "waiting") say(`Not connected. Trying again in ${Math.max(1, Math.round(ms / 1000))} s.`);
      byId("inside").dataset.link = name;
    },
  });
} else {
  stayOutside("");
}
