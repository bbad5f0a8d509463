// Every trap that was seen on real servers, sprung by Mallory on two people who deal with one another. Called by traps.py.
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
