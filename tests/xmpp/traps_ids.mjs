// Traps about ids and stamps: what a client writes where only the server's word counts, the same thing sent twice, and
// what is said to replace something that was said before.
import { randomUUID } from 'node:crypto';
import { MUC_USER, SID, read } from './peer.mjs';
import { attack, item, occupantIds, once, seen, untouched, OCCUPANT } from './traps_identity.mjs';

export const DELAY = 'urn:xmpp:delay';
const CORRECT = 'urn:xmpp:message-correct:0';
const DAY = 86_400_000;

export const stanzaId = (by, id) => `<stanza-id xmlns='${SID}' by='${by}' id='${id}'/>`;
export const delay = (at, from) => `<delay xmlns='${DELAY}' stamp='${new Date(at).toISOString()}'${from ? ` from='${from}'` : ''}/>`;
export const replaces = (key) => `<replace xmlns='${CORRECT}' id='${key}'/>`;

/** An offer that Freya takes: it must count, once, whatever stands beside her words. */
export async function taken(house, people, room, fact, options) {
  const { freya } = people;
  const offer = await seen(house, people, room);
  fact(offer, { state: 'accepted' });
  const note = await house.answered(freya, `/accept ${offer} v1 --yes`, (m) => m.type === 'groupchat' && m.text.startsWith(`${offer} `),
                                    { room, ...options });
  fact(note.text.match(/\bC-\d+/)[0], { state: 'active' });
  return offer;
}

/** What each server makes of a forgery, as it reaches Freya. Where it does something else, a trap is none any more. */
async function relayed(house, { freya, mallory }, room) {
  const old = read(freya.stanzas.findLast((s) => s.is('message') && read(s).id)).id;
  const stamp = '2026-01-01T00:00:00.000Z';
  const since = freya.stanzas.length;
  const { key, id } = await house.type(mallory, room, 'Nothing but words.', {
    more: stanzaId(room, old) + stanzaId('else@example.org', old) + delay(stamp, room) +
      `<occupant-id xmlns='${OCCUPANT}' id='forged'/>` + item(`${house.jid('freya')}/peer`) });
  const got = await freya.waitFor((s) => s.is('message') && s.attrs.id === key, { since });
  const ids = got.getChildren('stanza-id', SID);
  const prosody = house.kind === 'prosody';
  const wrong = [];
  const expect = (what, is, wanted) => is === wanted || wrong.push(`${what}: ${is}, not ${wanted}`);
  expect('ids in the name of the room', ids.filter((one) => one.attrs.by === room).map((one) => one.attrs.id).join(), id);
  expect('the old id in the name of the room', id === old, false);
  expect('ids in the name of others', ids.filter((one) => one.attrs.by !== room).length, 1);
  expect('the address in the live message', got.getChild('x', MUC_USER)?.getChild('item')?.attrs.jid, `${house.jid('freya')}/peer`);
  expect('the stamp', got.getChild('delay', DELAY)?.attrs.stamp, prosody ? undefined : stamp);
  expect('the occupant-id', got.getChildren('occupant-id', OCCUPANT).some((one) => one.attrs.id === 'forged'), !prosody);
  if (wrong.length > 0) throw new Error(wrong.join('; '));
}

async function forgedIds(house, people, room) {
  const { carl, freya, mallory } = people;
  await house.check('the server relays what the traps are made of, or takes it out, as it was seen to', () => relayed(house, people, room));
  // A command that was handled already: whoever took its id for the new one would leave the new one out.
  const handled = await house.type(carl, room, '/status');
  const old = read(freya.stanzas.findLast((s) => s.is('message') && s.getChildText('body')?.startsWith('/accept') && read(s).id)).id;
  for (const [what, more] of [
    ["the room's", stanzaId(room, old)],
    ["one's own", stanzaId(house.jid('freya'), old)],
    ["the bot's", stanzaId(house.bot, old)],
    ["the server's", stanzaId(house.domain, old) + stanzaId(house.muc, old)],
    ["a stranger's", stanzaId('else@example.org', old)],
    ["nobody's", `<stanza-id xmlns='${SID}' id='${old}'/>` + stanzaId('', handled.id)],
  ])
    await house.check(`a stanza-id in ${what} name that belongs to another command: it counts all the same`,
                      (fact) => taken(house, people, room, fact, { more }));
  await house.check("Mallory's occupant-id beside Freya's words: they are Freya's", async (fact) => {
    const ids = occupantIds(freya, room);
    await taken(house, people, room, fact, { more: `<occupant-id xmlns='${OCCUPANT}' id='${ids.mallory ?? 'forged'}'/>` });
  });
  await house.check("Freya's occupant-id in Mallory's presence", async (fact) => {
    const ids = occupantIds(freya, room);
    const claim = `<occupant-id xmlns='${OCCUPANT}' id='${ids.freya ?? 'forged'}'/>`;
    await attack(house, people, room, fact, async (offer) => {
      await mallory.sendRaw(`<presence xmlns='jabber:client' to='${room}/Mallory'>${claim}</presence>`);
      await house.type(mallory, room, `/accept ${offer} v1 --yes`, { more: claim });
    });
    await taken(house, people, room, fact, { more: claim });
  });
}

async function forgedStamps(house, people, room) {
  const { carl } = people;
  const in30Days = (from, until) => (due) => Date.parse(due) >= from + 30 * DAY - 5000 && Date.parse(due) <= until + 30 * DAY + 5000;
  for (const [what, at, from] of [['of half a minute ago', -30_000], ['of in half a minute', 30_000], ['of next year', 300 * DAY],
                                  ["of last week, in the room's name", -7 * DAY, room],
                                  ["of in half a minute, in the server's name", 30_000, house.domain]])
    await house.check(`a stamp ${what}: the time of arrival counts`, async (fact) => {
      const began = Date.now();
      const offer = await house.offer(carl, room, delay(began + at, from));
      fact(offer, { state: 'pending', due: in30Days(began, Date.now()) });
    });
}

async function sentTwice(house, people, room) {
  const { carl, freya, mallory } = people;
  await house.check('the same id twice: two messages in the archive, one contract', async (fact) => {
    const key = randomUUID();
    const offer = await taken(house, people, room, fact, { key });
    const again = await house.answered(freya, `/accept ${offer} v1 --yes`, (m) => m.type === 'chat', { room, key });
    if (!again.text.includes('WRONG_STATE')) throw new Error(again.text);
    const kept = (await house.archive(carl, room)).filter((m) => m.key === key);
    if (kept.length !== 2 || kept[0].id === kept[1].id) throw new Error(`the archive has it ${kept.length} times`);
  });
  await house.check("an id that Mallory used first: Freya's command counts", async (fact) => {
    const key = randomUUID();
    await house.type(mallory, room, '/help', { key });
    await house.type(mallory, room, 'Good morning.', { key });
    await taken(house, people, room, fact, { key });
  });
  await house.check("Freya's own message, sent again by Mallory", async (fact) => {
    const key = randomUUID();
    await house.type(freya, room, 'I will look at it.', { key });
    await attack(house, people, room, fact, (offer) => house.type(mallory, room, `/accept ${offer} v1 --yes`, { key, more: item(`${house.jid('freya')}/peer`) }));
  });
  await house.check("a note of the bot's, sent again by Mallory under its key", async (fact) => {
    const offer = await seen(house, people, room);
    const note = carl.stanzas.findLast((s) => s.is('message') && (s.getChildText('body') ?? '').startsWith(`${offer} `));
    await house.type(mallory, room, `/accept ${offer} v1 --yes`, { key: note.attrs.id });
    await house.type(mallory, room, note.getChildText('body'), { key: note.attrs.id });
    fact(offer, { state: 'pending' });
    await untouched(house, freya, room, offer, freya.stanzas.length);
    await once(house, carl, room, note.attrs.id);
    fact('outbox', { waiting: '0', dead: '0' });
  });
}

/** `[what, (offer) => ...]`: corrections that must not be carried out. */
export function corrections(house, { freya, mallory }, room) {
  const said = (who, text) => house.type(who, room, text);
  const accept = (offer) => `/accept ${offer} v1 --yes`;
  return [
    ['chat that is corrected into a command', async (offer) => {
      const { key } = await said(freya, 'One moment.');
      await house.type(freya, room, accept(offer), { more: replaces(key) });
    }],
    ['a command that is corrected into another', async (offer) => {
      const { key } = await said(freya, `/status ${offer}`);
      await house.type(freya, room, accept(offer), { more: replaces(key) });
    }],
    ["a correction of Freya's words by Mallory", async (offer) => {
      const { key } = await said(freya, 'I think so.');
      await house.type(mallory, room, accept(offer), { more: replaces(key) + item(`${house.jid('freya')}/peer`) });
    }],
    ['a correction of what nobody knows', (offer) => house.type(freya, room, accept(offer), { more: replaces('unknown') })],
    ['a correction behind a namespace prefix', (offer) =>
      house.type(freya, room, accept(offer), { more: `<c:replace xmlns:c='${CORRECT}' id='unknown'/>` })],
    ["a correction in the message's own name", (offer) => {
      const key = randomUUID();
      return house.type(freya, room, accept(offer), { key, more: replaces(key) });
    }],
  ];
}

async function corrected(house, people, room) {
  const { carl } = people;
  for (const [what, spring] of corrections(house, people, room))
    await house.check(`live: ${what}`, (fact) => attack(house, people, room, fact, spring));
  await house.check('a command that was carried out is corrected: it stands, and its author is told once', async (fact) => {
    const title = `Typed wrong ${randomUUID().slice(0, 8)}`;
    const typed = (amount) => `/offer @freya title="${title}" amount=${amount} scope="As we said"`;
    const key = randomUUID();
    const note = await house.answered(carl, typed(50), (m) => m.text.includes(title), { room, key });
    const told = await house.answered(carl, typed(500), (m) => m.type === 'chat', { room, more: replaces(key) });
    if (!/again/i.test(told.text)) throw new Error(`Carl is told ${told.text}`);
    const since = carl.stanzas.length;
    await house.type(carl, room, typed(600), { more: replaces(key) });
    await house.offer(carl, room);
    const more = carl.stanzas.slice(since).filter((s) => s.is('message')).map(read).find((m) => m.text === told.text || m.text.includes(`${title}":`));
    if (more) throw new Error(`then it says ${more.text}`);
    fact(note.text.match(/\bO-\d+/)[0], { state: 'pending', version: '1', amount: '50.00' });
  });
}

async function waysIn(house, people, room) {
  const { carl, freya } = people;
  for (const [what, before] of [['!', '!'], ['Parley: ', 'Parley: ']])
    await house.check(`a client that keeps the slash to itself: ${what}accept`, async (fact) => {
      const offer = await house.offer(carl, room);
      await house.answered(freya, `${before}accept ${offer} v1 --yes`, (m) => m.type === 'groupchat' && m.text.startsWith(`${offer} `), { room });
      fact(offer, { state: 'accepted' });
      const help = await house.answered(freya, `${before}help`, (m) => m.type === 'chat', { room });
      if (!help.text.includes('/offer')) throw new Error(help.text);
    });
}

/** What only wants to be too much: the room goes on, and so does the bot. */
async function tooMuch(house, people, room) {
  const { mallory } = people;
  const deep = `${'<a xmlns=\'urn:x\'>'.repeat(60)}${'</a>'.repeat(60)}`;
  const wide = `<a xmlns='urn:x' ${Array.from({ length: 100 }, (_, n) => `b${n}=''`).join(' ')}/>`;
  for (const [what, more] of [['too deep', deep], ['too wide', wide]])
    await house.check(`an element that is ${what}`, async (fact) => {
      await house.type(mallory, room, '/help', { more });
      await taken(house, people, room, fact);
    });
  // A server takes these 45,000 bytes, and gives them out six times as long.
  await house.check('a text of nothing but apostrophes', async (fact) => {
    await house.type(mallory, room, "'".repeat(45_000));
    await taken(house, people, room, fact);
  });
}

export async function ids(house, people, room) {
  await forgedIds(house, people, room);
  await forgedStamps(house, people, room);
  await sentTwice(house, people, room);
  await corrected(house, people, room);
  await waysIn(house, people, room);
  await tooMuch(house, people, room);
}
