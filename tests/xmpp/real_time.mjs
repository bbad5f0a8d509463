// The servers' own stamps decide, in real time: offers that wait a few seconds, accepted before and after their deadline
// while the bot listens, is away, is cut off, or hears late. Called by traps.py.
import { Cable } from './cable.mjs';
import { House, pause } from './house.mjs';
import { seen } from './traps_identity.mjs';
import { delay } from './traps_ids.mjs';

const [parley, folder] = process.argv.slice(2);
const house = new House(parley, folder, process.env);
const room = house.room('logo');
const TTL = Number(process.env.TRAPS_OFFER_TTL); // of an offer, in milliseconds, as parley.toml has it
const MARGIN = 1200; // before the deadline, or behind it

const cable = await Cable.lay(Number(process.env.TRAPS_CABLE), Number(new URL(house.url).port));
const [carl, freya] = [await house.person('carl'), await house.person('freya')];
await carl.join(room, 'Carl');
await house.start();
await freya.join(room, 'Freya');

/** `[what, in time, what stands beside Freya's words]` */
const CASES = [
  // Forged by no more than would be believed of a server: in a room time never steps back, nor far ahead.
  ['before the deadline, with a stamp of after it', true, (due) => delay(due + 20_000, room)],
  ['before the deadline', true, () => ''],
  ['after the deadline, with a stamp of before it', false, (due) => delay(due - TTL / 8, room)],
  ['after the deadline', false, () => ''],
];

/** Makes an offer for each case, has `before` happen, Freya accept each, and `after` happen; then says what came of it. */
async function play(how, before, after) {
  const all = [];
  for (const [what, inTime, more] of CASES) {
    const offer = await seen(house, { carl, freya }, room);
    const made = (await house.archive(carl, room)).findLast((m) => m.nick === 'Carl');
    all.push({ what, inTime, offer, due: made.at + TTL, more: more(made.at + TTL) });
  }
  const since = freya.stanzas.length;
  await before();
  for (const inTime of [true, false]) {
    const group = all.filter((one) => one.inTime === inTime);
    const dues = group.map((one) => one.due);
    await pause((inTime ? Math.min(...dues) - MARGIN : Math.max(...dues) + MARGIN) - Date.now());
    for (const one of group) {
      const typed = await house.type(freya, room, `/accept ${one.offer} v1 --yes`, { more: one.more });
      one.message = typed.id;
    }
  }
  await after();
  const stamps = new Map((await house.archive(carl, room)).map((m) => [m.id, m.at]));
  for (const { what, inTime, offer, due, message } of all)
    await house.check(`${how}: ${what}`, async (fact) => {
      const early = due - stamps.get(message);
      if (inTime ? early < 300 : early > -300) throw new Error(`the trap was not sprung: stamped ${early} ms before the deadline`);
      const told = await freya.hears((m) => house.byBot(m) && m.text.startsWith(`${offer} `) &&
        (m.text.includes('accepts') || m.text.includes('expired')), { since, what: `what became of ${offer}` });
      if (told.text.includes('accepts') !== inTime) throw new Error(`${-early} ms after the deadline: ${told.text}`);
      fact(offer, { state: inTime ? 'accepted' : 'expired' });
    });
}

await play('while the bot listens', () => {}, () => {});
await play('while the bot is away', () => house.stop(), () => house.start());
await play('after a death of the bot', () => house.kill(), () => house.start());
const together = freya.stanzas.length;
await play('while the link is cut', () => cable.cut(), () => cable.mend());
await play('while nothing arrives', () => cable.hold(), () => cable.release());
await house.check('neither made a new stream: the old one was taken up, and then went on', () => {
  const moved = freya.stanzas.slice(together).find((s) => s.is('presence') && s.attrs.from === `${room}/Parley`);
  if (moved) throw new Error(`the bot came or went: ${moved}`);
});
await house.stop();
process.exit(house.report('real-time') ? 0 : 1);
