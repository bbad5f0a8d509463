// Every trap that was seen on real servers, sprung by Mallory on two people who deal with one another. Called by traps.py.
// Where a server decides whether there is a trap at all, a check says what it does, so that none is passed by unset.
//
//   the trap                                        what springs it
//   an address of one's own making, live            identity: seven forms beside a command, three in presences
//   ... archived, before the server's or alone      away: the same seven; `kept` reads what the archive made of them
//   ... archived while a room hid all addresses     masked: hidden for one message, shown again, everybody gone
//   a room that hides addresses                     rooms: refused with the reason, opened (172), closed again (173)
//   a room without an archive                       rooms: refused with the reason, switched on, switched off
//   occupant-id, overwritten or relayed             relayed; ids and away: beside Mallory's words, beside Freya's, in presences
//   stanza-id, in the room's or another's name      relayed; ids and away: of a command that was handled already
//   delay, stripped or relayed                      relayed; ids and away: of last year, of next year; real_time.mjs
//   a nick that looks like another's                identity and away: with a Cyrillic letter, the same one, one left free
//   the bot's own nick, taken                       rooms: it works under another
//   the same id and origin-id twice                 sentTwice and away: both archived, one contract, but two offers
//   an id that somebody else used, or repeats       sentTwice and away: Freya's command counts, Mallory's does not
//   a note whose posting nobody recorded            whileComing: killed at once, three times; the archive has it once
//   reading on behind an unknown id                 unknownIds: item-not-found or everything; near, and the whole history
//   pages of an archive capped at fifty             away: 130 lines before the last word
//   subscribe first, then read on                   whileComing: typed all the time while the bot dies and comes back
//   corrections                                     ids and away: six forms, none carried out; who corrects is told once
//   answers in the name of others                   identity: pages, copies, errors, invitations sent by a stranger
//   being sent out, and asked back                  rooms: by invitation, and for a room of the configuration a start
//   clients that keep the slash to themselves       waysIn: `!accept`, `Parley: accept`
//   elements too deep or too wide                   tooMuch and away: the room goes on
import { House } from './house.mjs';
import { away, masked, unknownIds, whileComing } from './traps_away.mjs';
import { identity } from './traps_identity.mjs';
import { ids } from './traps_ids.mjs';
import { backInRoom, rooms } from './traps_rooms.mjs';

const [parley, folder] = process.argv.slice(2);
const house = new House(parley, folder, process.env);
const logo = house.room('logo');
const hidden = house.room('hidden');

const carl = await house.person('carl');
for (const room of [logo, hidden]) await carl.join(room, 'Carl'); // who is there first owns it
await house.start();
const [freya, mallory] = [await house.person('freya'), await house.person('mallory')];
for (const room of [logo, hidden]) await freya.join(room, 'Freya');
await mallory.join(logo, 'Mallory');
const people = { carl, freya, mallory };

await rooms(house, people, logo); // before there is a contract: it would keep the two to one room
await masked(house, people);
await backInRoom(house, people, hidden);
const first = await house.offer(carl, logo);
await house.answered(freya, `/accept ${first} v1 --yes`, (m) => m.text.includes('C-1'), { room: logo });
await identity(house, people, logo);
await ids(house, people, logo);
await away(house, people, logo);
await unknownIds(house, people, logo);
await whileComing(house, people, logo);
await house.stop();
process.exit(house.report('traps') ? 0 : 1);
