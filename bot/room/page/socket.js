// The connection to the room: signs in with the first frame, hears lines, asks and gets answers, comes back by itself.

const SUBPROTOCOL = "parley.room.1";
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const PING_EVERY = 20_000;
const SILENCE = 45_000;

/// `on` holds: state(name, waitMs), frame(object), refused(text).
export function connect(token, on) {
  let socket = null;
  let waiting = new Map();
  let asks = 0;
  let wait = FIRST_WAIT;
  let retry = 0;
  let heardAt = 0;
  let ended = false;
  let welcomed = false;

  function open() {
    retry = 0;
    on.state("connecting", 0);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(`${scheme}//${location.host}/ws`, SUBPROTOCOL);
    socket = mine;
    heardAt = Date.now();
    mine.onopen = () => mine.send(JSON.stringify({ type: "sign_in", token }));
    mine.onmessage = (event) => {
      if (mine !== socket) return;
      heardAt = Date.now();
      for (const line of String(event.data).split("\n")) if (line) heard(line);
    };
    mine.onclose = () => { if (mine === socket) lost(); };
  }

  function heard(line) {
    let frame;
    try { frame = JSON.parse(line); } catch { return; }
    if (frame === null || typeof frame !== "object") return;
    if (frame.type === "error" && frame.code === "not_signed_in") {
      ended = true;
      on.refused(frame.text);
      return;
    }
    if (frame.type === "welcome") {
      welcomed = true;
      wait = FIRST_WAIT;
    }
    const asked = waiting.get(frame.ask);
    if (asked) {
      waiting.delete(frame.ask);
      asked(frame);
    } else {
      on.frame(frame);
    }
  }

  function lost() {
    socket = null;
    welcomed = false;
    const unanswered = [...waiting.values()];
    waiting = new Map();
    for (const asked of unanswered) asked({ type: "error", code: "lost", text: "The connection went down before the answer came." });
    if (ended) return;
    const jittered = Math.round(wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
    on.state("waiting", jittered);
    retry = setTimeout(open, jittered);
  }

  function comeBack() {
    if (!retry || ended) return;
    clearTimeout(retry);
    open();
  }

  setInterval(() => {
    if (!socket || ended) return;
    const silent = Date.now() - heardAt;
    if (silent > SILENCE) {
      const dead = socket;
      lost();
      dead.close();
    } else if (welcomed && silent > PING_EVERY - 1000) {
      socket.send('{"type":"ping"}');
    }
  }, PING_EVERY / 2);
  addEventListener("online", comeBack);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) comeBack(); });
  open();

  return {
    up: () => welcomed,
    /// Sends a frame that is answered by entries, or not at all. False if there is no connection.
    say(frame) {
      if (!welcomed) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
    /// Sends a frame and resolves with its answer; an `error` frame is an answer too.
    ask(frame) {
      if (!welcomed) return Promise.resolve({ type: "error", code: "lost", text: "There is no connection just now." });
      const ask = ++asks;
      return new Promise((resolve) => {
        waiting.set(ask, resolve);
        socket.send(JSON.stringify({ ...frame, ask }));
      });
    },
  };
}
