// Kills the bot, restarts the server and cuts the line between them at random moments while people type, and judges by
// the rooms' archives and the store. Called by restarts.py, which owns the server: a line `@stop`, `@kill` or `@start`
// on standard output asks for it, and is answered by a line on standard input.
import { createInterface } from 'node:readline';
import { House, pause } from './house.mjs';
import { Pair, archived } from './pairs.mjs';
import { Line } from './proxy.mjs';
import { judgeRooms, judgeStore, selfTest } from './restarts_judge.mjs';

if (process.argv[2] === '--self-test') process.exit(selfTest() ? 0 : 1);
const [parley, folder, rounds, seed, pairs] = [process.argv[2], process.argv[3], ...process.argv.slice(4).map(Number)];
const PATIENCE = 60_000;

/** A generator of its own for each use, so that one seed gives one sequence (mulberry32). */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function server(act) {
  console.log(`@${act}`);
  const { value } = await answers.next();
  if (value !== 'done') throw new Error(`the server: ${value}`);
}

const house = new House(parley, folder, process.env);
const line = await Line.to(Number(new URL(house.url).port));
await server(`line ${line.port}`);
const random = generator(seed);
const all = Array.from({ length: pairs }, (_, i) => new Pair(house, i + 1, generator(seed * 31 + i)));
const started = Date.now();
let over = false;
const wait = (most) => pause(random() * most);

const disasters = {
  bot: async () => {
    await house.kill();
    await house.start();
  },
  restart: async () => {
    await server('stop');
    await wait(200);
    await server('start');
  },
  crash: async () => {
    await server('kill');
    await server('start');
  },
  cut: async () => line.cut(),
  silence: async () => {
    line.hold();
    await wait(1500);
    line.release();
    if (random() < 0.5) line.cut();
  },
  'bot and line': async () => {
    line.cut();
    await wait(150);
    await disasters.bot();
  },
  'server under the starting bot': async () => {
    await house.kill();
    const ready = house.start();
    await wait(100);
    await server('kill');
    await server('start');
    await ready;
  },
};
const names = Object.keys(disasters);
const happened = Object.fromEntries(names.map((name) => [name, 0]));

await Promise.all(all.map((pair) => pair.come()));
await house.start();
const typing = Promise.all(all.map((pair) => pair.type(() => over, PATIENCE)));
let failed = '';
let queue = [];
try {
  for (let round = 0; round < rounds; ++round) {
    // Every disaster comes equally often, in an order of the seed's own.
    if (queue.length === 0) queue = names.map((name) => [random(), name]).sort(([a], [b]) => a - b);
    const [, name] = queue.pop();
    const before = all.reduce((n, pair) => n + pair.typed.length, 0);
    await wait(700);
    await disasters[name]();
    happened[name] += 1;
    // Something was typed and answered since, however long that took; a bot that hangs shows here.
    const until = Date.now() + PATIENCE;
    while (all.reduce((n, pair) => n + pair.typed.length, 0) < before + pairs && Date.now() < until) await pause(20);
    if (Date.now() >= until) throw new Error(`round ${round + 1}, ${name}: nobody got on for ${PATIENCE / 1000} s`);
  }
} catch (error) {
  failed = error.message;
}
over = true;
await typing;

// Until nothing more is said; then the rooms as their archives have them.
const rooms = [];
for (const pair of all) {
  let archive = [];
  for (let size = -1; size !== archive.length;) {
    size = archive.length;
    await pause(500);
    await pair.come();
    archive = await archived(pair);
  }
  rooms.push({ name: pair.room, typed: pair.typed, archive });
}
await house.stop();
line.close();
const found = judgeRooms(rooms);
judgeStore(house, found);
if (failed) found.faults.push(failed);
const late = all.reduce((n, pair) => n + pair.lost, 0);
for (const fault of found.faults.slice(0, 40)) console.log('fault:', fault);
const seconds = Math.round((Date.now() - started) / 1000);
console.log(`figure: restarts over ${house.kind} rounds=${rounds} commands=${found.commands} lost=${found.lost} doubled=${found.doubled} ` +
            `notes_missing=${found.notes_missing} duplicate_notes=${found.duplicate_notes} late=${late} seconds=${seconds} seed=${seed}`);
console.log(`figure: ${names.map((name) => `${name.replaceAll(' ', '_')}=${happened[name]}`).join(' ')} notes=${found.notes.size}`);
process.exit(found.lost + found.doubled + found.notes_missing + late === 0 && found.faults.every((f) => /notes with the id/.test(f)) ? 0 : 1);
