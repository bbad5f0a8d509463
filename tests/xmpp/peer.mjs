// Scripted people over @xmpp/client: sign in by WebSocket, join rooms, type, and wait for what comes.
//
//   const carl = await Peer.connect({ url, domain, name: 'carl', password });
//   await carl.join(room, 'Carl');
//   const id = await carl.say(room, '!help');            // the room's stanza-id
//   const note = await carl.hears((m) => m.room === room && m.text.includes('P-1'));
import { randomUUID, webcrypto } from 'node:crypto';
import { WebSocket } from 'ws';

// What @xmpp/client takes for granted, and Node 18 and 20 lack.
globalThis.WebSocket ??= WebSocket;
globalThis.crypto ??= webcrypto;
const { client, xml } = await import('@xmpp/client');
const { default: parse } = await import('@xmpp/xml/lib/parse.js');

export { xml };
export const MUC = 'http://jabber.org/protocol/muc';
export const MUC_USER = `${MUC}#user`;
export const SID = 'urn:xmpp:sid:0';
export const MAM = 'urn:xmpp:mam:2';
export const RSM = 'http://jabber.org/protocol/rsm';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

export const bare = (jid) => jid.split('/')[0];

/** What one reads of a message: `{ room, nick, from, type, text, id, stamp, stanza }`; `id` is the archive's. */
export function read(stanza) {
  const from = stanza.attrs.from ?? '';
  const sid = stanza.getChildren('stanza-id', SID).find((one) => one.attrs.by === bare(from));
  return {
    stanza, from, type: stanza.attrs.type ?? 'normal', room: bare(from), nick: from.slice(bare(from).length + 1),
    text: stanza.getChildText('body') ?? '', id: sid?.attrs.id, stamp: stanza.getChild('delay', 'urn:xmpp:delay')?.attrs.stamp,
  };
}

export class Peer {
  stanzas = []; // everything that came, oldest first
  #waiting = new Set();
  #xmpp;
  #patience;

  /** `mechanism`: PLAIN or SCRAM-SHA-1; without one, the strongest that both know. */
  static async connect({ url, domain, name, password, resource = 'peer', mechanism, patience = 10_000 }) {
    const peer = new Peer();
    peer.#patience = patience;
    const credentials = async (authenticate, mechanisms) => {
      const chosen = mechanism ?? (mechanisms.includes('SCRAM-SHA-1') ? 'SCRAM-SHA-1' : 'PLAIN');
      if (!mechanisms.includes(chosen)) throw new Error(`${chosen} is not offered, only ${mechanisms}`);
      await authenticate({ username: name, password }, chosen);
    };
    const xmpp = client({ service: url, domain, resource, credentials });
    peer.#xmpp = xmpp;
    xmpp.reconnect.stop(); // a script says itself when somebody comes back
    // Without stream management, whose count this client gets wrong: servers then end the stream.
    xmpp.prependListener('element', (one) => {
      if (one.name === 'stream:features') one.children = one.children.filter((child) => child.name !== 'sm');
    });
    xmpp.on('stanza', (stanza) => peer.#take(stanza));
    xmpp.on('error', (error) => { peer.error = error; });
    xmpp.on('disconnect', () => { peer.gone = true; });
    await xmpp.start();
    peer.jid = String(xmpp.jid);
    await xmpp.send(xml('presence'));
    return peer;
  }

  #take(stanza) {
    this.stanzas.push(stanza);
    for (const one of this.#waiting) one(stanza);
  }

  /** The first stanza from `since` on (an index into `stanzas`) for which `wanted` holds. */
  waitFor(wanted, { since = 0, ms = this.#patience, what = 'the stanza that was waited for' } = {}) {
    const there = this.stanzas.slice(since).find(wanted);
    if (there) return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      const look = (stanza) => {
        if (wanted(stanza)) end(resolve, stanza);
      };
      const end = (how, with_) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        how(with_);
      };
      const timer = setTimeout(() => end(reject, new Error(`${this.jid}: ${what} did not come within ${ms} ms`)), ms);
      this.#waiting.add(look);
    });
  }

  /** The first message since `since` for whose reading (see `read`) `wanted` holds. */
  async hears(wanted, options = {}) {
    const stanza = await this.waitFor((s) => s.is('message') && s.getChild('body') && wanted(read(s)),
                                      { what: 'a message', ...options });
    return read(stanza);
  }

  /** Resolves with the statuses of our own presence once the room's subject is there; fails where it refuses us. */
  async join(room, nick, { history = 0 } = {}) {
    const since = this.stanzas.length;
    await this.send(xml('presence', { to: `${room}/${nick}` },
                        xml('x', { xmlns: MUC }, xml('history', { maxstanzas: String(history) }))));
    const ours = (s) => s.is('presence') && bare(s.attrs.from ?? '') === room &&
      (s.attrs.type === 'error' || statuses(s).includes('110'));
    const presence = await this.waitFor(ours, { since, what: `the entrance into ${room}` });
    if (presence.attrs.type === 'error') throw new Error(`${room} refuses ${this.jid}: ${condition(presence)}`);
    await this.waitFor((s) => s.is('message') && s.attrs.type === 'groupchat' && bare(s.attrs.from) === room &&
                              s.getChild('subject') && !s.getChild('body'), { since, what: `the subject of ${room}` });
    this.nicks = { ...this.nicks, [room]: nick };
    return statuses(presence);
  }

  /** Types into a room. Resolves with the room's id of the message once it is reflected. */
  async say(room, text, { id = randomUUID(), more = [] } = {}) {
    const since = this.stanzas.length;
    await this.send(xml('message', { to: room, type: 'groupchat', id }, xml('body', {}, text),
                        xml('origin-id', { xmlns: SID, id }), ...more));
    const back = await this.waitFor((s) => s.is('message') && s.attrs.id === id && bare(s.attrs.from ?? '') === room,
                                    { since, what: `the reflection of ${JSON.stringify(text.slice(0, 40))}` });
    if (back.attrs.type === 'error') throw new Error(`${room} refuses the message: ${condition(back)}`);
    return read(back).id;
  }

  /** Types to one person: to a bare address, or within a room to `ROOM/nick`. Resolves with the message's own id. */
  async tell(to, text, { id = randomUUID(), inRoom = false } = {}) {
    await this.send(xml('message', { to, type: 'chat', id }, xml('body', {}, text), xml('origin-id', { xmlns: SID, id }),
                        inRoom ? xml('x', { xmlns: MUC_USER }) : undefined));
    return id;
  }

  /** The answer to a request, an error too. */
  async ask(type, to, child) {
    const id = randomUUID();
    const since = this.stanzas.length;
    await this.send(xml('iq', { type, id, ...(to && { to }) }, child));
    return this.waitFor((s) => s.is('iq') && s.attrs.id === id && s.attrs.type !== 'get' && s.attrs.type !== 'set',
                        { since, what: `the answer to ${child}` });
  }

  send(stanza) { return this.#xmpp.send(stanza); }

  /** A stanza as text, as it stands: one element. */
  sendText(text) { return this.send(parse(text)); }

  /** What goes over the wire exactly as it is, well-formed or not. */
  sendRaw(text) { return this.#xmpp.write(text); }

  /** Leaves in order. */
  async close() { await this.#xmpp.stop().catch(() => {}); }

  /** As if the line had been cut: no goodbye. */
  cut() { this.#xmpp.socket?.socket?.terminate(); }
}

/** The status codes of a presence or message of a room. */
export const statuses = (stanza) => (stanza.getChild('x', MUC_USER)?.getChildren('status') ?? []).map((s) => s.attrs.code);

/** The condition of an error, `item-not-found` or so; empty where it is none. */
export function condition(stanza) {
  return stanza.getChild('error')?.getChildElements().find((one) => one.attrs.xmlns === STANZAS && one.name !== 'text')?.name ?? '';
}
