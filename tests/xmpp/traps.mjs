// Every trap that was seen on real servers, sprung by Mallory on two people who are under contract. Called by traps.py.
import { House } from './house.mjs';
import { identity, whileAway } from './traps_identity.mjs';
import { rooms } from './traps_rooms.mjs';

const [parley, folder] = process.argv.slice(2);
const house = new House(parley, folder, process.env);
const logo = house.room('logo');

const carl = await house.person('carl');
await carl.join(logo, 'Carl');
await house.start();
const [freya, mallory] = [await house.person('freya'), await house.person('mallory')];
await freya.join(logo, 'Freya');
await mallory.join(logo, 'Mallory');
const people = { carl, freya, mallory };

await rooms(house, people, logo); // before there is a contract: it would keep the two to one room
const first = await house.offer(carl, logo);
await house.answered(freya, `/accept ${first} v1 --yes`, (m) => m.text.includes('C-1'), { room: logo });
await identity(house, people, logo);
const away = await whileAway(house, people, logo);
await house.stop();
await away.type();
await house.start();
await away.look();
await house.stop();
process.exit(house.report() ? 0 : 1);
