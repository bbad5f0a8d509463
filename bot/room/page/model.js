// What the page knows: who one is, the rooms, and what was said in each. No document in here.

function newRoom(id) {
  return {
    id,
    name: "",
    direct: false,
    left: false,
    members: new Map(), // by user id
    entries: [], // by position, without gaps from the first to the last
    oldest: Infinity, // everything from here on is loaded
    more: true, // there may be earlier entries
    loading: false,
    opened: false, // its last page was loaded
    pending: [], // typed here and not yet in the history
    latest: 0, // position of the newest message of somebody else
  };
}

export class Model {
  store = "";
  me = null;
  cursor = 0;
  rooms = new Map();
  clockOffset = 0;
  users = new Map(); // by user id, as they are now
  seen = {};

  get seenKey() { return `seen ${this.store} ${this.me.id}`; }

  /// True if this is another store than before: then nothing of what is known holds.
  welcome(frame) {
    const other = this.store !== "" && this.store !== frame.store;
    this.store = frame.store;
    this.me = frame.me;
    this.clockOffset = frame.now - Date.now();
    this.learn(frame.me);
    try { this.seen = JSON.parse(localStorage.getItem(this.seenKey)) ?? {}; } catch { this.seen = {}; }
    return other;
  }

  now() { return Date.now() + this.clockOffset; }

  learn(user) {
    this.users.set(user.id, user);
    if (this.me?.id === user.id) this.me = user;
  }

  room(id) {
    if (!this.rooms.has(id)) this.rooms.set(id, newRoom(id));
    return this.rooms.get(id);
  }

  /// A `room` frame, or the room told with one's own joining.
  describe(frame) {
    const room = this.room(frame.id);
    room.name = frame.name ?? "";
    room.direct = frame.direct === true;
    room.left = frame.left === true;
    room.members = new Map((frame.members ?? []).map((user) => [user.id, user]));
    room.members.forEach((user) => this.learn(user));
    return room;
  }

  /// The other one in a direct chat, else the room's name.
  title(room) {
    if (!room.direct) return room.name || "Room";
    for (const user of room.members.values()) if (user.id !== this.me.id) return user.name;
    return "Parley";
  }

  nameOf(id, otherwise) { return this.users.get(id)?.name ?? otherwise; }

  /// Puts an entry where it belongs, and says which room it concerns, whether it is `fresh` there, and whether what
  /// was there before looks different now. `live`: it happened just now, so it changes who is where.
  enter(entry, live) {
    if (entry.type === "renamed") return live ? this.rename(entry) : null;
    if (entry.type === "joined" && live) this.joined(entry);
    const room = live ? this.room(entry.channel) : this.rooms.get(entry.channel);
    if (!room) return null;
    if (entry.type === "left" && live) {
      room.members.delete(entry.user.id);
      if (entry.user.id === this.me.id) room.left = true;
    }
    if (entry.type === "deleted") {
      const message = room.entries.find((one) => one.id === entry.id);
      if (message) Object.assign(message, { deleted: true, text: "" });
      return { room, fresh: false, changed: message !== undefined };
    }
    if (entry.type === "message") {
      if (entry.key) room.pending = room.pending.filter((one) => one.key !== entry.key);
      if (entry.user !== this.me.id) room.latest = Math.max(room.latest, entry.position);
    }
    return { room, fresh: this.insert(room, entry), changed: false };
  }

  joined(entry) {
    this.learn(entry.user);
    if (entry.user.id === this.me.id && entry.room) this.describe(entry.room);
    this.room(entry.channel).members.set(entry.user.id, entry.user);
  }

  rename(entry) {
    this.learn(entry.user);
    for (const room of this.rooms.values()) {
      if (!room.members.has(entry.user.id)) continue;
      room.members.set(entry.user.id, entry.user);
      if (!room.direct) this.insert(room, entry);
    }
    return { room: null, fresh: false, changed: true };
  }

  insert(room, entry) {
    const entries = room.entries;
    let at = entries.length;
    while (at > 0 && entries[at - 1].position > entry.position) at -= 1;
    if (at > 0 && entries[at - 1].position === entry.position) return false;
    entries.splice(at, 0, entry);
    return true;
  }

  unread(room) { return !room.left && room.latest > (this.seen[room.id] ?? 0); }

  /// Everything in this room was looked at. True if that is news.
  look(room) {
    if (!this.unread(room)) return false;
    this.seen[room.id] = room.latest;
    try { localStorage.setItem(this.seenKey, JSON.stringify(this.seen)); } catch { /* a private window forgets it */ }
    return true;
  }
}
