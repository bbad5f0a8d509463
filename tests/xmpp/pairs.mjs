// Two people in a room of their own who make offers and answer them while everything around them breaks. They look into
// the room's archive where they do not know whether a line of theirs arrived: only what stands there was typed.
import { randomUUID } from 'node:crypto';
import { Peer, read } from './peer.mjs';
import { pause } from './house.mjs';

export const archived = (pair) => pair.house.archive(pair.carl.peer, pair.room);

/** A client of a server that is killed may wait for ever for what will not come. */
const within = (ms, promise) => Promise.race([promise, pause(ms).then(() => { throw new Error(`nothing came within ${ms} ms`); })]);

/** Somebody who comes back whenever the line or the server went. */
class Human {
  constructor(house, name, nick) { Object.assign(this, { house, name, nick, notes: [] }); }

  /** Resolves once the room lets them in; `over` says when nobody waits for them any more. */
  async come(room, over = () => false) {
    for (;;) {
      try {
        this.peer?.cut();
        const { url, domain } = this.house;
        const [name, password] = [this.name, this.house.passwords[this.name]];
        this.peer = await within(6000, Peer.connect({ url, domain, name, password, patience: 5000 }));
        await within(6000, this.peer.join(room, this.nick));
        return;
      } catch (error) {
        this.trouble = error;
        if (over()) throw error;
        await pause(100);
      }
    }
  }
}

export class Pair {
  typed = []; // { who, text, id, wanted: a pattern of the note }
  seen = new Map(); // text of a note -> how often either was shown it
  lost = 0;
  #open = []; // offers that wait for an answer
  #contracts = [];
  #number = 0;

  constructor(house, number, random) {
    Object.assign(this, { house, number, random, room: house.room(`r${number}`) });
    this.carl = new Human(house, `carl${number}`, 'Carl');
    this.freya = new Human(house, `freya${number}`, 'Freya');
  }

  async come(over) {
    await this.carl.come(this.room, over);
    await this.freya.come(this.room, over);
  }

  #pick(list) { return list[Math.floor(this.random() * list.length)]; }

  /** What is typed next, and the note that must come of it, once. */
  #next() {
    const { carl, freya } = this;
    if (this.#open.length === 0 || this.random() < 0.25) {
      const title = `Work ${this.number}-${++this.#number}`;
      return { who: carl, text: `/offer @${freya.name} title="${title}" amount=${20 + Math.floor(this.random() * 900)} scope="As we said"`,
               wanted: new RegExp(`^(O-\\d+) "${title}": .* offers `), then: (m) => this.#open.push(m[1]) };
    }
    if (this.#contracts.length > 0 && this.random() < 0.3) {
      const words = randomUUID();
      return { who: freya, text: `/ask ${this.#pick(this.#contracts)} "${words}"`, wanted: new RegExp(words), then: () => {} };
    }
    const [offer] = this.#open.splice(Math.floor(this.random() * this.#open.length), 1);
    const act = this.#pick(['withdraw', 'decline', 'accept', 'accept']);
    if (act === 'withdraw') return { who: carl, text: `/withdraw ${offer}`, wanted: new RegExp(`^${offer} .* withdraws `), then: () => {} };
    if (act === 'decline') return { who: freya, text: `/decline ${offer} not now`, wanted: new RegExp(`^${offer} .* declines[.:]`), then: () => {} };
    return { who: freya, text: `/accept ${offer} v1 --yes`, wanted: new RegExp(`^${offer}\\b.*(C-\\d+) is legally binding`, 's'),
             then: (m) => this.#contracts.push(m[1]) };
  }

  /** Types until `over`, one line or a few offers at a time, each with patience for its note. */
  async type(over, patience) {
    while (!over()) {
      const lines = [this.#next()];
      while (lines[0].text.startsWith('/offer') && lines.length < 3 && this.random() < 0.3) {
        const more = this.#next();
        if (more.text.startsWith('/offer')) lines.push(more);
        else { lines.push(more); break; }
      }
      for (const line of lines) this.typed.push(Object.assign(line, { id: randomUUID() }));
      await Promise.all(lines.map((line) => within(6000, line.who.peer.say(this.room, line.text, { id: line.id })).then(() => { line.there = true; }, () => {})));
      for (const line of lines) await this.#answer(line, patience);
      await pause(this.random() * 40);
    }
  }

  /** Waits for the line's note: live, and where a connection went, in the archive. */
  async #answer(line, patience) {
    const until = Date.now() + patience;
    while (Date.now() < until) {
      const note = this.#shown(line.wanted);
      if (note) return line.then(note);
      if (this.carl.peer.gone || this.freya.peer.gone) {
        await this.come();
        line.there = false;
      }
      if (!line.there) {
        const all = await within(6000, archived(this)).catch(() => null);
        if (all && !all.some((m) => m.key === line.id)) return this.#notTyped(line);
        if (all) {
          line.there = true;
          const found = all.filter((m) => m.nick === 'Parley').map((m) => line.wanted.exec(m.text)).find(Boolean);
          if (found) return line.then(found);
        }
      }
      await pause(30);
      if (line.there && Date.now() > (line.looked ?? 0) + 2000) {
        line.looked = Date.now();
        line.there = false; // look again: what came while the line was down is only in the archive
      }
    }
    line.late = true;
    this.lost += 1;
  }

  #notTyped(line) {
    line.nowhere = true;
    const offer = /^\/(?:withdraw|decline|accept) (O-\d+)/.exec(line.text)?.[1];
    if (offer) this.#open.push(offer);
  }

  #shown(pattern) {
    for (const human of [this.carl, this.freya])
      for (const stanza of human.peer.stanzas) {
        const m = stanza.is('message') ? read(stanza) : null;
        if (m && m.type === 'groupchat' && m.room === this.room && m.nick === 'Parley' && pattern.test(m.text)) return pattern.exec(m.text);
      }
    return null;
  }
}
