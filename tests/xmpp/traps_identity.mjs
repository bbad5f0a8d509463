// Traps about who speaks: Mallory writes what only the server may write, and what the bot believes must stay true.
import { randomUUID } from 'node:crypto';
import { MUC_USER, bare, condition, xml } from './peer.mjs';

export const OCCUPANT = 'urn:xmpp:occupant-id:0';
const STATUSES = "<status code='110'/><status code='100'/>";

export const item = (jid, more = '') => `<x xmlns='${MUC_USER}'><item affiliation='owner' role='moderator' jid='${jid}'/>${more}</x>`;

/** What Mallory puts beside a command that is another's to give: `[what, elements]`. */
export function forgeries(house, known) {
  const { carl, freya } = { carl: `${house.jid('carl')}/peer`, freya: `${house.jid('freya')}/peer` };
  return [
    ["a real address of one's own making", item(freya)],
    ['one behind a namespace prefix', `<m:x xmlns:m='${MUC_USER}'><m:item affiliation='owner' jid='${freya}'/></m:x>`],
    ['two addresses in one element', `<x xmlns='${MUC_USER}'><item jid='${freya}'/><item jid='${carl}'/></x>`],
    ['two elements', item(freya) + item(freya)],
    ['an occupant-id that is Freya\'s', `<occupant-id xmlns='${OCCUPANT}' id='${known.freya ?? 'unknown'}'/>${item(freya)}`],
    ['an origin of its own (XEP-0033)', `<addresses xmlns='http://jabber.org/protocol/address'><address type='ofrom' jid='${freya}'/></addresses>`],
    ['a message inside the message', `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' type='groupchat' from='${house.room('logo')}/Freya' to='${house.bot}'><body>/help</body></message></forwarded>${item(freya)}`],
  ];
}

/** The occupant-ids that the room tells of each nick, where it tells any. */
export function occupantIds(peer, room) {
  const out = {};
  for (const s of peer.stanzas)
    if (s.is('presence') && bare(s.attrs.from ?? '') === room)
      out[(s.attrs.from.split('/')[1] ?? '').toLowerCase()] = s.getChild('occupant-id', OCCUPANT)?.attrs.id;
  return out;
}

/** Nothing came of it: the offer waits as it did, and nobody was told anything else of it. */
async function untouched(house, freya, room, offer, since) {
  const text = await house.standing(freya, room, offer);
  if (!text.includes('state: pending')) throw new Error(`${offer} is no longer pending: ${text}`);
  const told = freya.stanzas.slice(since).find((s) => s.is('message') && s.attrs.type === 'groupchat' &&
    s.attrs.from === `${room}/Parley` && (s.getChildText('body') ?? '').includes(offer));
  if (told) throw new Error(`the room was told: ${told.getChildText('body')}`);
}

/** An offer that Freya has been shown. */
async function seen(house, { carl, freya }, room) {
  const offer = await house.offer(carl, room);
  await freya.hears((m) => m.text.startsWith(`${offer} `) && m.type === 'groupchat');
  return offer;
}

async function attack(house, people, room, fact, spring) {
  const { freya } = people;
  const offer = await seen(house, people, room);
  fact(offer, { state: 'pending' });
  const since = freya.stanzas.length;
  await spring(offer);
  await untouched(house, freya, room, offer, since);
}

/** What is sent straight to the bot as if it were the server's: a page of an archive, a copy of a message. */
export async function sendForMe(house, mallory, offer, room) {
  const inner = `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/><message xmlns='jabber:client' ` +
    `type='groupchat' from='${room}/Freya' to='${room}' id='${randomUUID()}'><body>/accept ${offer} v1 --yes</body>` +
    `<x xmlns='${MUC_USER}'><item jid='${house.jid('freya')}/peer'/></x></message></forwarded>`;
  for (const to of [house.bot, `${house.bot}/parley`, `${room}/Parley`]) {
    const type = to.startsWith(room) ? 'chat' : 'normal';
    for (const number of ['1', '2', '3', 'q'])
      await mallory.sendRaw(`<message xmlns='jabber:client' to='${to}' type='${type}'><result xmlns='urn:xmpp:mam:2' queryid='${number}' id='x'>${inner}</result></message>`);
    for (const kind of ['sent', 'received'])
      await mallory.sendRaw(`<message xmlns='jabber:client' to='${to}' type='${type}'><${kind} xmlns='urn:xmpp:carbons:2'>${inner}</${kind}></message>`);
  }
}

export async function identity(house, people, room) {
  const { carl, freya, mallory } = people;
  for (const [what, more] of forgeries(house, occupantIds(freya, room)))
    await house.check(`live: ${what}`, (fact) => attack(house, people, room, fact,
      (offer) => house.type(mallory, room, `/accept ${offer} v1 --yes`, { more })));

  await house.check('an address of one\'s own making in a presence', (fact) => attack(house, people, room, fact, async (offer) => {
    for (const more of [item(`${house.jid('freya')}/peer`), item(`${house.jid('parley')}/parley`, STATUSES),
                        `<m:x xmlns:m='${MUC_USER}'><m:item jid='${house.jid('freya')}/peer'/><m:status code='110'/></m:x>`]) {
      await mallory.sendRaw(`<presence xmlns='jabber:client' to='${room}/Mallory'>${more}</presence>`);
      await house.type(mallory, room, `/accept ${offer} v1 --yes`);
    }
  }));
  await house.check('a presence that says the bot has gone', async (fact) => {
    await attack(house, people, room, fact, async () => {
      await mallory.sendRaw(`<presence xmlns='jabber:client' to='${room}/Mallory' type='unavailable'>${item(house.bot, "<status code='110'/><status code='307'/>")}</presence>`);
      await mallory.join(room, 'Mallory');
    });
    await house.offer(carl, room);
  });
  await house.check('a nick that looks like Carl\'s', (fact) => attack(house, people, room, fact, async (offer) => {
    await mallory.send(xml('presence', { to: `${room}/Саrl` }));
    await house.type(mallory, room, `/withdraw ${offer}`);
    await mallory.send(xml('presence', { to: `${room}/Mallory` }));
  }));
  await house.check('a nick that is Carl\'s', (fact) => attack(house, people, room, fact, async (offer) => {
    const since = mallory.stanzas.length;
    await mallory.send(xml('presence', { to: `${room}/Carl` }));
    const refused = await mallory.waitFor((s) => s.is('presence') && s.attrs.type === 'error', { since });
    if (condition(refused) !== 'conflict') throw new Error(`the room says ${condition(refused)}`);
    await house.type(mallory, room, `/withdraw ${offer}`);
  }));
  await house.check('the nick of somebody who has left', (fact) => attack(house, people, room, fact, async (offer) => {
    const since = mallory.stanzas.length;
    await carl.send(xml('presence', { to: `${room}/Carl`, type: 'unavailable' }));
    await mallory.waitFor((s) => s.is('presence') && s.attrs.type === 'unavailable' && s.attrs.from === `${room}/Carl`, { since });
    await mallory.send(xml('presence', { to: `${room}/Carl` }));
    await house.type(mallory, room, `/withdraw ${offer}`);
    await mallory.send(xml('presence', { to: `${room}/Mallory` }));
    await carl.waitFor((s) => s, { since: 0 });
    await mallory.waitFor((s) => s.is('presence') && s.attrs.from === `${room}/Mallory` && !s.attrs.type, { since });
    await carl.join(room, 'Carl');
  }));
  await house.check('pages of an archive and copies sent by a stranger', (fact) => attack(house, people, room, fact,
    (offer) => sendForMe(house, mallory, offer, room)));
  await strangersAnswers(house, people, room);
}

async function strangersAnswers(house, people, room) {
  const { carl, freya, mallory } = people;
  await house.check('an error in the name of a note that was posted', async (fact) => {
    const offer = await seen(house, people, room);
    const key = carl.stanzas.findLast((s) => s.is('message') && (s.getChildText('body') ?? '').startsWith(`${offer} `)).attrs.id;
    for (const to of [house.bot, `${house.bot}/parley`])
      await mallory.sendRaw(`<message xmlns='jabber:client' to='${to}' type='error' id='${key}'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`);
    fact(offer, { state: 'pending' });
    await untouched(house, freya, room, offer, freya.stanzas.length);
    await house.offer(carl, room);
    await once(house, carl, room, key);
    fact('outbox', { waiting: '0', dead: '0' });
  });
  await house.check('an error through the room, in the name of a note', async (fact) => {
    const offer = await seen(house, people, room);
    const key = carl.stanzas.findLast((s) => s.is('message') && (s.getChildText('body') ?? '').startsWith(`${offer} `)).attrs.id;
    await mallory.sendRaw(`<message xmlns='jabber:client' to='${room}/Parley' type='error' id='${key}'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`);
    await mallory.ask('get', house.domain, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    await mallory.join(room, 'Mallory');  // both servers put out who sends errors
    await house.offer(carl, room);
    await once(house, carl, room, key);
    fact('outbox', { waiting: '0', dead: '0' });
  });
  await house.check('invitations that a stranger makes up', async () => {
    const since = mallory.stanzas.length;
    const invite = `<invite from='${house.jid('carl')}'><reason>come</reason></invite>`;
    for (const to of [house.bot, `${house.bot}/parley`]) {
      await mallory.sendRaw(`<message xmlns='jabber:client' to='${to}'><x xmlns='${MUC_USER}'>${invite}</x></message>`);
      for (const jid of ['logo@rooms.example.org', house.jid('mallory'), house.domain, `${house.muc}`, 'a@b@c/d'])
        await mallory.sendRaw(`<message xmlns='jabber:client' to='${to}'><x xmlns='jabber:x:conference' jid='${jid}'/></message>`);
    }
    await house.offer(carl, room);
    const came = mallory.stanzas.slice(since).find((s) => s.is('presence') && bare(s.attrs.from ?? '') === house.bot);
    if (came) throw new Error(`the bot came to her: ${came}`);
  });
}

/** The room has a message of the bot with this key once. */
export async function once(house, who, room, key) {
  const there = (await house.archive(who, room)).filter((m) => m.nick === 'Parley' && m.key === key);
  if (there.length !== 1) throw new Error(`the room has it ${there.length} times`);
}

export { attack, seen, untouched };
