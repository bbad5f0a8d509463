import { add, button, byId, make, show } from "/dom.js";
import { initial, readHandles, tint } from "/text.js";

// The rooms at the side, and the people of the open room.

export function makeSidebar(model, act) {
  const side = byId("side");
  const menu = byId("menu");
  const shade = byId("shade");

  function drawer(open) {
    side.classList.toggle("open", open);
    menu.setAttribute("aria-expanded", String(open));
    show(shade, open);
    if (open) side.querySelector("button")?.focus();
  }
  menu.addEventListener("click", () => drawer(!side.classList.contains("open")));
  shade.addEventListener("click", () => drawer(false));

  const panel = byId("people");
  const opener = byId("people-open");
  function showPeople(shown) {
    show(panel, shown);
    opener.setAttribute("aria-expanded", String(shown));
  }
  opener.addEventListener("click", () => showPeople(panel.hidden));

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    if (side.classList.contains("open")) {
      drawer(false);
      menu.focus();
    } else if (!panel.hidden) {
      showPeople(false);
      opener.focus();
    }
  });

  function row(room, open) {
    const unread = model.unread(room);
    const made = button("", { class: "room", "aria-current": room === open ? "page" : false, "data-room": room.id }, () => {
      drawer(false);
      if (matchMedia("(max-width: 62rem)").matches) showPeople(false);
      act.openRoom(room);
    });
    add(made, make("bdi", { class: "room-name" }, model.title(room)));
    if (unread) add(made, make("span", { class: "dot" }, make("span", { class: "hidden" }, "something new")));
    if (room.left) add(made, make("span", { class: "faint" }, "left"));
    return make("li", {}, made);
  }

  return {
    draw(open) {
      const held = document.activeElement?.dataset?.room;
      const all = [...model.rooms.values()];
      byId("rooms").replaceChildren(...all.filter((room) => !room.direct).map((room) => row(room, open)));
      byId("direct").replaceChildren(...all.filter((room) => room.direct).map((room) => row(room, open)));
      show(byId("menu-dot"), all.some((room) => room !== open && model.unread(room)));
      if (held) side.querySelector(`[data-room="${CSS.escape(held)}"]`)?.focus();
      byId("me").replaceChildren(
        make("span", { class: `avatar tint-${tint(model.me.id, 6)}`, "aria-hidden": "true" }, initial(model.me.name)),
        make("span", { class: "me-words" }, make("bdi", { class: "name" }, model.me.name), make("span", { class: "faint" }, `@${model.me.handle}`)));
      byId("me").setAttribute("aria-label", `${model.me.name}, @${model.me.handle}: change how you are called`);
    },

    people(room) {
      const list = make("ul");
      for (const user of room.members.values()) {
        const shadeOf = user.bot ? "bot" : `tint-${tint(user.id, 6)}`;
        add(list, make("li", {},
          make("span", { class: `avatar ${shadeOf}`, "aria-hidden": "true" }, initial(user.name)),
          make("span", { class: "person" },
            make("span", {}, make("bdi", { class: "name" }, user.name), user.bot ? make("span", { class: "badge" }, "bot") : null),
            make("span", { class: "faint" }, `@${user.handle}${user.id === model.me.id ? ", you" : ""}`),
            user.zone ? make("span", { class: "faint" }, user.zone) : null)));
      }
      const heading = make("h2", {}, "Who is here");
      if (room.direct || room.left) {
        panel.replaceChildren(heading, list);
        return;
      }
      // Somebody may come or go while one types here.
      const before = byId("bring-handles");
      const typing = before !== null && before === document.activeElement;
      const handles = make("input", { id: "bring-handles", placeholder: "@handle", autocomplete: "off" });
      if (panel.dataset.room === room.id) handles.value = before?.value ?? "";
      const form = make("form", { class: "bring" }, make("label", { for: "bring-handles" }, "Bring somebody in"),
                        make("div", { class: "row" }, handles, make("button", { type: "submit", class: "quiet" }, "Add")));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const names = readHandles(handles.value);
        handles.value = "";
        if (names.length) act.bring(room, names);
      });
      panel.replaceChildren(heading, list, form,
                            button("Leave this room", { class: "quiet leave" }, () => act.leave(room)));
      panel.dataset.room = room.id;
      if (typing) handles.focus();
    },
    close: () => drawer(false),
  };
}
