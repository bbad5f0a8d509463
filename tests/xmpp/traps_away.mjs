// Traps about archives: what was typed while the bot was away, and where reading goes on.
import { randomUUID } from 'node:crypto';
import { MUC_USER, bare, condition, xml, MAM, RSM } from './peer.mjs';
import { pause } from './house.mjs';
import { forgeries, item, occupantIds, once, seen, sendForMe, untouched, OCCUPANT } from './traps_identity.mjs';
import { corrections, delay, stanzaId } from './traps_ids.mjs';

const DAY = 86_400_000;
const accept = (offer) => `/accept ${offer} v1 --yes`;

/** `[what, spring]`: what must come to nothing. */
function springs(house, people, room) {
  const { carl, freya, mallory } = people;
  const by = (who, options) => (offer) => house.type(who, room, accept(offer), options);
  const id = occupantIds(freya, room).freya ?? 'forged';
  return [
    ...forgeries(house, occupantIds(freya, room)).map(([what, more]) => [what, by(mallory, { more })]),
    ...corrections(house, people, room),
    ["Freya's occupant-id", by(mallory, { more: `<occupant-id xmlns='${OCCUPANT}' id='${id}'/>` })],
    ['pages of an archive and copies, sent by a stranger', (offer) => sendForMe(house, mallory, offer, room)],
    ["Freya's own message, sent again by Mallory", async (offer) => {
      const { key } = await house.type(freya, room, 'I will look at it.');
      await house.type(mallory, room, accept(offer), { key, more: item(`${house.jid('freya')}/peer`) });
    }],
    ["a nick that looks like Carl's", async (offer) => {
      await mallory.send(xml('presence', { to: `${room}/Саrl` }));
      await house.type(mallory, room, `/withdraw ${offer}`);
      const since = mallory.stanzas.length;
      await mallory.send(xml('presence', { to: `${room}/Mallory` }));
      await mallory.waitFor((s) => s.is('presence') && s.attrs.from === `${room}/Mallory` && !s.attrs.type, { since });
    }],
    ["Carl's nick while he is gone", async (offer) => {
      const since = mallory.stanzas.length;
      const there = (nick) => (s) => s.is('presence') && s.attrs.from === `${room}/${nick}` && !s.attrs.type;
      await carl.send(xml('presence', { to: `${room}/Carl`, type: 'unavailable' }));
      await mallory.waitFor((s) => s.is('presence') && s.attrs.type === 'unavailable' && s.attrs.from === `${room}/Carl`, { since });
      await mallory.send(xml('presence', { to: `${room}/Carl` }));
      await mallory.waitFor(there('Carl'), { since });
      await house.type(mallory, room, `/withdraw ${offer}`);
      await mallory.send(xml('presence', { to: `${room}/Mallory` }));
      await mallory.waitFor(there('Mallory'), { since: mallory.stanzas.length - 1 });
      await carl.join(room, 'Carl');
    }],
  ];
}

/** `[what, options]`: what Freya says, and what must count, once. */
const counts = (house, room, old, key) => [
  ['nothing beside her words', {}],
  ["a stanza-id of her own making, of what was handled", { more: stanzaId('else@example.org', old) + stanzaId(room, old) }],
  ['a stamp of last year', { more: delay(Date.now() - 300 * DAY, room) }],
  ['a stamp of in half a minute', { more: delay(Date.now() + 30_000) }],
  ['a stamp of next year', { more: delay(Date.now() + 300 * DAY) }],
  ["Mallory's occupant-id", { more: `<occupant-id xmlns='${OCCUPANT}' id='forged'/>` }],
  ['an id that Mallory used first', { key }],
];

/** How the archive holds a forged address: behind it the server's own, or the server's alone. */
async function kept(house, { carl }, room, key) {
  const one = (await house.archive(carl, room)).find((m) => m.key === key);
  const told = one.message.getChildren('x', MUC_USER).flatMap((x) => x.getChildren('item')).map((i) => bare(i.attrs.jid ?? ''));
  const wanted = house.kind === 'prosody' ? [house.jid('freya'), house.jid('mallory')] : [house.jid('mallory')];
  if (told.join() !== wanted.join()) throw new Error(`it says ${told.join()}, not ${wanted.join()}`);
}

/** Nothing of what Mallory typed while the bot was away may come true, and everything that Freya typed must. */
export async function away(house, people, room) {
  const { carl, freya, mallory } = people;
  const offers = async (all) => {
    const out = [];
    for (const [what, more] of all) out.push({ what, more, offer: await seen(house, people, room) });
    return out;
  };
  const bad = await offers(springs(house, people, room));
  const old = (await house.type(freya, room, '/status')).id;
  const key = randomUUID();
  const good = await offers(counts(house, room, old, key));
  const last = await seen(house, people, room);
  await house.stop();

  for (const one of bad) one.key = (await one.more(one.offer))?.key;
  await house.type(mallory, room, 'Good morning.', { key });
  for (const { offer, more } of good) await house.type(freya, room, accept(offer), more);
  const twice = randomUUID();
  const doubled = `Twice ${twice.slice(0, 8)}`;
  for (let n = 0; n < 2; ++n)
    await house.type(carl, room, `/offer @freya title="${doubled}" amount=50 scope="As we said"`, { key: twice });
  // More than the fifty that Prosody gives at once, before the last word.
  for (let n = 0; n < 130; ++n)
    await carl.sendRaw(`<message xmlns='jabber:client' to='${room}' type='groupchat' id='${randomUUID()}'><body>chat ${n}</body></message>`);
  await house.type(freya, room, accept(last));
  // What a room tells whoever enters is the last presence of each: here one with an id of Mallory's own making.
  await mallory.sendRaw(`<presence xmlns='jabber:client' to='${room}/Mallory'><occupant-id xmlns='${OCCUPANT}' id='forged'/></presence>`);
  await mallory.ask('get', house.domain, xml('ping', { xmlns: 'urn:xmpp:ping' }));

  const since = freya.stanzas.length;
  await house.start();
  await house.standing(freya, room, last);
  for (const { what, offer } of bad)
    await house.check(`while the bot is away: ${what}`, async (fact) => {
      fact(offer, { state: 'pending' });
      await untouched(house, freya, room, offer, since);
    });
  await house.check('while the bot is away: a forged address lies in the archive as it was seen to', () =>
    kept(house, people, room, bad[0].key));
  for (const { what, offer } of [...good, { what: 'more than two pages before it', offer: last }])
    await house.check(`while the bot is away Freya accepts: ${what}`, (fact) => accepted(house, freya, offer, since, fact));
  await house.check('while the bot is away: a message sent twice is two messages', async () => {
    const notes = freya.stanzas.slice(since).filter((s) => s.is('message') && (s.getChildText('body') ?? '').includes(`"${doubled}": Carl offers`));
    if (notes.length !== 2) throw new Error(`${notes.length} offers came of it`);
  });
}

/** The room was told once, and there is one contract. */
async function accepted(house, freya, offer, since, fact) {
  const told = freya.stanzas.slice(since).filter((s) => s.is('message') && s.attrs.type === 'groupchat' &&
    (s.getChildText('body') ?? '').startsWith(`${offer} `) && s.getChildText('body').includes('accepts'));
  if (told.length !== 1) throw new Error(`the room was told ${told.length} times`);
  fact(offer, { state: 'accepted' });
  fact(told[0].getChildText('body').match(/\bC-\d+/)[0], { state: 'active' });
}

/** Mallory owns the room, hides the addresses for one message while the bot is away, and is gone when it comes back.
 *  Prosody's archive then holds her forgery and nothing else: the server adds an address only where all are shown. */
export async function masked(house, people) {
  const { carl, freya, mallory } = people;
  const room = house.room('flip');
  for (const [who, nick] of [[mallory, 'Mallory'], [carl, 'Carl'], [freya, 'Freya']]) await who.join(room, nick);
  const arrived = carl.stanzas.length;
  await house.invite(mallory, room);
  await carl.waitFor((s) => s.is('presence') && s.attrs.from === `${room}/Parley`, { since: arrived });
  const offer = await seen(house, people, room);
  const shown = await seen(house, people, room);
  await house.stop();

  await house.type(mallory, room, accept(shown), { more: item(`${house.jid('freya')}/peer`) });
  await house.configure(mallory, room, { 'muc#roomconfig_whois': 'moderators' });
  const { key } = await house.type(mallory, room, accept(offer), { more: item(`${house.jid('freya')}/peer`) });
  await house.configure(mallory, room, { 'muc#roomconfig_whois': 'anyone' });
  const left = carl.stanzas.length;
  for (const [who, nick] of [[mallory, 'Mallory'], [freya, 'Freya']]) {
    await who.send(xml('presence', { to: `${room}/${nick}`, type: 'unavailable' }));
    await carl.waitFor((s) => s.is('presence') && s.attrs.type === 'unavailable' && s.attrs.from === `${room}/${nick}`, { since: left });
  }

  await house.start();
  await house.check('while the bot is away: an address of one\'s own making by somebody who is gone', (fact) =>
    fact(shown, { state: 'pending' }));
  await house.check('while the bot is away: an address of one\'s own making in a room that hides all for that moment', async (fact) => {
    fact(offer, { state: 'pending' });
    await freya.join(room, 'Freya');
    await untouched(house, freya, room, offer, freya.stanzas.length);
    const one = (await house.archive(carl, room)).find((m) => m.key === key);
    const told = one.message.getChildren('x', MUC_USER).map((x) => bare(x.getChild('item')?.attrs.jid ?? '')).join();
    if (told !== house.jid(house.kind === 'prosody' ? 'freya' : 'mallory')) throw new Error(`the archive says ${told}`);
  });
}

const CURSOR = "name = 'cursor xmpp'";

/** Reading is to go on behind a message that the archive does not know, at the instant `at(before)`. */
async function unknown(house, people, room, anAcceptance, name, at) {
  const { carl, freya } = people;
  await house.check(`an archive id that is unknown, ${name}`, async (fact) => {
    const offer = await seen(house, people, room);
    await house.stop();
    const events = kinds(house);
    const cursor = JSON.parse(house.sql(`SELECT value FROM meta WHERE ${CURSOR}`)[0][0]);
    cursor[room] = [house.kind === 'prosody' ? randomUUID() : '1', at(cursor[room][1])];
    house.sql(`UPDATE meta SET value = ? WHERE ${CURSOR}`, JSON.stringify(cursor));
    const said = (await house.archive(carl, room)).filter((m) => m.nick === 'Parley').length;
    await house.type(freya, room, accept(offer));
    const since = freya.stanzas.length;
    await house.start();
    await house.standing(freya, room, offer);
    await accepted(house, freya, offer, since, fact);
    const notes = (await house.archive(carl, room)).filter((m) => m.nick === 'Parley').length - said;
    if (notes !== 1) throw new Error(`the room was told ${notes} things, not one`);
    await house.stop();
    const more = added(events, kinds(house));
    await house.start();
    if (more !== anAcceptance) throw new Error(`one command has added ${more}, not ${anAcceptance}`);
  });
}

/** How many events of each kind the stopped bot has recorded; without people's names, which at each start follow the
 *  nick in the room that was entered last. */
const kinds = (house) => Object.fromEntries(house.sql(
  "SELECT kind, count(*) FROM event WHERE kind NOT LIKE 'person.%' GROUP BY kind ORDER BY kind"));

const added = (before, now) => Object.keys(now).filter((kind) => now[kind] !== before[kind])
  .map((kind) => `${now[kind] - (before[kind] ?? 0)} ${kind}`).join(', ');

/** What is recorded of an acceptance that is typed while the bot is there. */
async function measure(house, people, room) {
  const offer = await seen(house, people, room);
  await house.stop();
  const before = kinds(house);
  await house.start();
  await house.answered(people.freya, accept(offer), (m) => m.type === 'groupchat' && m.text.startsWith(`${offer} `), { room });
  await house.stop();
  const events = added(before, kinds(house));
  await house.start();
  return events;
}

/** What each server answers when reading is to go on behind an id that it does not know. */
async function answers(house, { carl }, room) {
  const after = house.kind === 'prosody' ? randomUUID() : '1';
  const since = carl.stanzas.length;
  const fin = await carl.ask('set', room, xml('query', { xmlns: MAM, queryid: 'unknown' },
    xml('set', { xmlns: RSM }, xml('max', {}, '2'), xml('after', {}, after))));
  const given = carl.stanzas.slice(since).filter((s) => s.is('message') && s.getChild('result', MAM)).length;
  if (house.kind === 'prosody' ? condition(fin) !== 'item-not-found' : given !== 2)
    throw new Error(`it answers ${condition(fin) || given}`);
}

export async function unknownIds(house, people, room) {
  const anAcceptance = await measure(house, people, room);
  await house.check('an archive id that is unknown: the server answers as it was seen to', () => answers(house, people, room));
  await unknown(house, people, room, anAcceptance, 'with its instant', (at) => at);
  await unknown(house, people, room, anAcceptance, 'and the whole history comes again', () => 1);
}

/** The bot comes in while people type: what it hears live and what the archive has are one. */
export async function whileComing(house, people, room) {
  const { carl, freya } = people;
  await house.check('commands typed while the bot dies and comes back: each counts once', async () => {
    const titles = [];
    let going = true;
    const typing = (async () => {
      while (going) {
        titles.push(`Flood ${titles.length} ${randomUUID().slice(0, 8)}`);
        await house.type(carl, room, `/offer @freya title="${titles.at(-1)}" amount=50 scope="As we said"`);
        await pause(20);
      }
    })();
    for (let n = 0; n < 3; ++n) {
      await pause(60);
      await house.kill();
      await house.start();
    }
    going = false;
    await typing;
    await house.standing(freya, room, await seen(house, people, room));
    const kept = (await house.archive(carl, room)).filter((m) => m.nick === 'Parley');
    for (const title of titles) {
      const times = kept.filter((m) => m.text.includes(`"${title}": Carl offers`)).length;
      if (times !== 1) throw new Error(`of ${titles.length} offers ${title} was made ${times} times`);
    }
  });
  await house.check('a death between a note and the record of it: the archive is asked for its key', async (fact) => {
    const notes = [];
    for (let n = 0; n < 3; ++n) {
      const offer = await house.offer(carl, room); // which is posted, and not yet recorded as such
      await house.kill();
      notes.push(carl.stanzas.findLast((s) => s.is('message') && (s.getChildText('body') ?? '').startsWith(`${offer} `)).attrs.id);
      // The same key by somebody else is no sign that it was posted, nor that it was not.
      await house.type(people.mallory, room, 'Nothing but words.', { key: notes.at(-1) });
      await house.start();
      await seen(house, people, room);
    }
    for (const key of notes) await once(house, carl, room, key);
    fact('outbox', { waiting: '0', dead: '0' });
  });
}
