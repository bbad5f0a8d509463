import { byId } from "/dom.js";

// The message box. What was begun in a room stays there until it is sent.

const key = (place) => `draft ${place}`;

export function makeComposer(send) {
  const box = byId("draft");
  const form = byId("composer");
  let place = "";
  let recent = [];

  function keep() {
    try {
      if (box.value) sessionStorage.setItem(key(place), box.value);
      else sessionStorage.removeItem(key(place));
    } catch { /* nothing is kept then */ }
  }

  function fit() {
    box.rows = Math.min(8, Math.max(1, box.value.split("\n").length));
  }

  function set(text) {
    box.value = text;
    fit();
    keep();
  }

  function submit() {
    const text = box.value;
    if (!text.trim()) return;
    if (!send(text)) return;
    recent = [text, ...recent.filter((one) => one !== text)].slice(0, 30);
    set("");
  }

  box.addEventListener("input", () => { fit(); keep(); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && !box.value && recent.length) {
      event.preventDefault();
      set(recent[0]);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    box.focus();
  });

  return {
    /// Goes to another room or thread and takes out what was begun there.
    open(nextPlace, label, enabled) {
      place = nextPlace;
      let draft = "";
      try { draft = sessionStorage.getItem(key(place)) ?? ""; } catch { /* none was kept */ }
      box.value = draft;
      box.placeholder = label;
      byId("draft-label").textContent = label;
      box.disabled = !enabled;
      byId("send").disabled = !enabled;
      fit();
    },
    /// What could not be sent comes back, if nothing else was begun meanwhile.
    giveBack(where, text) {
      if (where === place && !box.value) return set(text);
      try { if (!sessionStorage.getItem(key(where))) sessionStorage.setItem(key(where), text); } catch { /* lost */ }
    },
    focus: () => box.focus(),
  };
}
