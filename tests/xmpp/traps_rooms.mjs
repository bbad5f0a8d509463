// Traps about rooms: what a room must be like, who may sit in it under which nick, and being sent out of it.
import { MUC, read, statuses, xml } from './peer.mjs';

const WHY = { anonymous: /hides its members' addresses/, unkept: /keeps no history/ };

/** Something that is said in a room where nothing may be done, and, once the bot has handled it, that nothing was. */
async function nothing(house, { carl, freya }, room, logo) {
  const title = `Nothing ${Math.random()}`;
  const since = carl.stanzas.length;
  const before = freya.stanzas.length;
  await house.type(carl, room, `/offer @freya title="${title}" amount=50 scope="As we said"`);
  await house.type(carl, room, '!help');
  await house.offer(carl, logo); // what is answered here was read later
  for (const [who, from] of [[carl, since], [freya, before]]) {
    const told = who.stanzas.slice(from).filter((s) => s.is('message') && s.getChild('body')).map(read)
      .find((m) => house.byBot(m) && (m.room === room || m.text.includes(title)));
    if (told) throw new Error(`the bot answers: ${told.text}`);
  }
}

/** The bot says in the room why it does nothing there, behind what everybody had heard by then (see `heard`). */
const says = (people, room, why, since) => Promise.all(['carl', 'freya'].map((who) =>
  people[who].hears((m) => m.room === room && m.nick === 'Parley' && m.type === 'groupchat' && why.test(m.text),
                    { since: since[who], what: `${why} in ${room}` })));

const heard = ({ carl, freya }) => ({ carl: carl.stanzas.length, freya: freya.stanzas.length });

/** How often the bot said something in a room. */
const times = (who, room, why) => who.stanzas.filter((s) => s.is('message') && s.attrs.type === 'groupchat' &&
  s.attrs.from === `${room}/Parley` && why.test(s.getChildText('body') ?? '')).length;

async function openRoom(house, people, name, more = []) {
  const room = house.room(name);
  for (const who of ['carl', 'freya', ...more]) await people[who].join(room, who[0].toUpperCase() + who.slice(1));
  return room;
}

async function anonymous(house, people, logo) {
  const { carl, freya } = people;
  const room = await openRoom(house, people, 'masked');
  const whois = (who) => house.configure(carl, room, { 'muc#roomconfig_whois': who });
  await house.check('an anonymous room: the bot says why and does nothing', async () => {
    await whois('moderators');
    const since = heard(people);
    await house.invite(carl, room);
    await says(people, room, WHY.anonymous, since);
    await nothing(house, people, room, logo);
  });
  await house.check('an anonymous room that is opened (172): the bot begins', async (fact) => {
    const since = carl.stanzas.length;
    await whois('anyone');
    await carl.waitFor((s) => s.is('message') && s.attrs.from === room && statuses(s).includes('172'), { since, what: 'status 172' });
    fact(await house.offer(carl, room), { state: 'pending' });
    const note = await house.answered(freya, '/whoami', (m) => m.type === 'chat', { room });
    if (!note.text.includes('freya')) throw new Error(`Freya is told ${note.text}`);
  });
  await house.check('an open room that is closed (173): the bot says why and stops', async () => {
    const since = heard(people);
    await whois('moderators');
    await says(people, room, WHY.anonymous, since);
    await nothing(house, people, room, logo);
    if (times(carl, room, WHY.anonymous) !== 2) throw new Error(`it said so ${times(carl, room, WHY.anonymous)} times`);
  });
  return room;
}

/** The name of the switch for the room's archive, which is the server's own. */
async function archiveSwitch(owner, room) {
  const form = await owner.ask('get', room, xml('query', { xmlns: `${MUC}#owner` }));
  const names = form.getChild('query', `${MUC}#owner`).getChild('x', 'jabber:x:data').getChildren('field').map((f) => f.attrs.var);
  return names.find((name) => /roomconfig_(mam|enablearchiving)$/.test(name) || name === 'mam') ?? names.find((name) => /archiv/.test(name));
}

async function unkept(house, people, logo) {
  const { carl } = people;
  const room = await openRoom(house, people, 'unkept');
  let name;
  await house.check('a room without an archive: the bot says why and does nothing', async () => {
    name = await archiveSwitch(carl, room);
    await house.configure(carl, room, { [name]: '0' });
    const since = heard(people);
    await house.invite(carl, room);
    await says(people, room, WHY.unkept, since);
    await nothing(house, people, room, logo);
  });
  await house.check('an archive that is switched on: the bot begins', async (fact) => {
    await house.configure(carl, room, { [name]: '1' });
    fact(await house.offer(carl, room), { state: 'pending' });
  });
  await house.check('an archive that is switched off: the bot says why and stops', async () => {
    const since = heard(people);
    await house.configure(carl, room, { [name]: '0' });
    await says(people, room, WHY.unkept, since);
    await nothing(house, people, room, logo);
  });
  return room;
}

async function kick(owner, room) {
  const since = owner.stanzas.length;
  await owner.ask('set', room, xml('query', { xmlns: `${MUC}#admin` }, xml('item', { nick: 'Parley', role: 'none' })));
  await owner.waitFor((s) => s.is('presence') && s.attrs.type === 'unavailable' && s.attrs.from === `${room}/Parley`, { since });
  return since;
}

async function kicked(house, people, logo) {
  const { carl } = people;
  const room = await openRoom(house, people, 'kicking');
  await house.check('an invitation: the bot comes and works', async (fact) => {
    await come(house, carl, room);
    fact(await house.offer(carl, room), { state: 'pending' });
  });
  for (const [what, where] of [['a kick (307)', room], ['a kick out of a room of the configuration', house.room('hidden')]])
    await house.check(`${what}: the bot is gone and stays away`, async () => {
      const since = await kick(carl, where);
      await nothing(house, people, where, logo);
      const back = carl.stanzas.slice(since).find((s) => s.is('presence') && !s.attrs.type && s.attrs.from === `${where}/Parley`);
      if (back) throw new Error('it came back by itself');
    });
  await house.check('an invitation after a kick: the bot returns and works', async (fact) => {
    await come(house, carl, room);
    fact(await house.offer(carl, room), { state: 'pending' });
  });
}

/** A room of the configuration, at the next start. */
export async function backInRoom(house, people, room) {
  await house.check('a kick out of a room of the configuration: at the next start the bot is back', async (fact) =>
    fact(await house.offer(people.carl, room), { state: 'pending' }));
}

/** Invited, and in. */
async function come(house, who, room, nick = 'Parley') {
  const since = who.stanzas.length;
  await house.invite(who, room);
  await who.waitFor((s) => s.is('presence') && !s.attrs.type && s.attrs.from === `${room}/${nick}`, { since, what: 'the bot' });
}

async function nickTaken(house, people) {
  const { carl, freya, mallory } = people;
  const room = house.room('taken');
  await house.check('a nick of the bot\'s that is taken: it works under another', async (fact) => {
    await openRoom(house, people, 'taken');
    await mallory.join(room, 'Parley');
    await come(house, carl, room, 'Parley_');
    const note = await house.answered(carl, '/offer @freya title="Under another name" amount=50 scope="As we said"',
                                      (m) => m.text.includes('Under another name'), { room, nick: 'Parley_' });
    const offer = note.text.match(/\bO-\d+/)[0];
    fact(offer, { state: 'pending' });
    await house.type(mallory, room, `/accept ${offer} v1 --yes`);
    const shown = await house.answered(freya, `/status ${offer}`, (m) => m.type === 'chat' && m.text.includes(offer), { room, nick: 'Parley_' });
    if (!shown.text.includes('state: pending')) throw new Error(shown.text);
    const called = await house.answered(freya, 'Parley: help', (m) => m.type === 'chat', { room, nick: 'Parley_' });
    if (!called.text.includes('/offer')) throw new Error(`Parley: help gives ${called.text}`);
  });
}

export async function rooms(house, people, logo) {
  const masked = await anonymous(house, people, logo);
  const without = await unkept(house, people, logo);
  await kicked(house, people, logo);
  await nickTaken(house, people);
  return { masked, without };
}

