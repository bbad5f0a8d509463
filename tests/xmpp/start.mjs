// `deploy/start --xmpp` as an operator meets it, on both servers: it starts, answers, refuses what cannot go well, ends with
// everything it started, and goes on where it was.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { check, counted } from './checks.mjs';
import { freePorts, Trial } from './trial.mjs';
import { openBrowser, Window } from './window.mjs';

let trial = null;
let browser = null;

/** Both people's pages, and what one of them types there. */
async function people(links, body) {
  const one = {};
  for (const [name, link] of Object.entries(links)) one[name] = await Window.enter(browser, link, {});
  await one.carl.page.locator('converse-muc-occupants', { hasText: 'Freya' }).waitFor();
  await body(one);
  for (const { page } of Object.values(one)) await page.context().close();
}

function refused(kind) {
  const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-second-'));
  const ports = trial.another({ data: elsewhere });
  check(`${kind}: a second trial on the same ports is refused with the port`,
        ports.code === 1 && ports.said.includes(`port ${trial.port} is in use; --port takes`), `${ports.code}: ${ports.said}`);
  fs.rmSync(elsewhere, { recursive: true });
}

async function refusedBeside(kind) {
  const data = trial.another({ port: await freePorts() });
  check(`${kind}: a second trial on the same data is refused with the folder`,
        data.code === 73 && data.said.includes(`a trial runs already on ${trial.folder}`), `${data.code}: ${data.said}`);
}

/** The port behind the server's is somebody else's. */
async function refusedAtFirst(kind) {
  trial.port = await freePorts();
  const held = net.createServer().listen(trial.port + 3, '127.0.0.1');
  await new Promise((resolve) => { held.once('listening', resolve); });
  const { code, said } = trial.another({});
  check(`${kind}: any of the four ports in use keeps it from starting`, code === 1 && said.includes(`port ${trial.port + 3} is in use`), said);
  await new Promise((resolve) => { held.close(resolve); });
}

/** What is wrong in the operator's file is said before anything runs; what is right there holds. */
function configured(kind) {
  const file = path.join(trial.data, 'parley.toml');
  fs.writeFileSync(file, '[policy]\nreview_period = "soon"\n');
  const { code, said } = trial.another({});
  check(`${kind}: a wrong parley.toml keeps it from starting`, code === 78 && said.includes('parley.toml:2: policy.review_period'), said);
  fs.writeFileSync(file, '[policy]\noffer_ttl = "2d"\n');
}

function onlyOurs(kind) {
  const open = [];
  for (const name of fs.readdirSync(trial.folder, { recursive: true })) {
    const { mode } = fs.statSync(path.join(trial.folder, name));
    if (name.endsWith('.password') && (mode & 0o077) !== 0) open.push(name);
  }
  check(`${kind}: others can read neither the passwords nor the folder`,
        open.length === 0 && (fs.statSync(trial.data).mode & 0o077) === 0, open.join(' '));
}

async function goesOn(kind) {
  trial = new Trial(kind);
  await refusedAtFirst(kind);
  configured(kind);
  const first = await trial.start();
  refused(kind);
  await refusedBeside(kind);
  onlyOurs(kind);
  await people(first, async ({ carl, freya }) => {
    const typed = Date.now();
    await carl.type('/offer title="Logo" amount=300 scope="3 concepts, 2 rounds, SVG"');
    const note = await freya.sees('O-1 "Logo": Carl offers Freya a contract');
    check(`${kind}: an offer is answered in the room`, note.includes('$300') && note.includes('/accept O-1'), note);
    const days = [typed, Date.now()].map((ms) => new Date(ms + 2 * 86_400_000).toISOString().slice(0, 10));
    check(`${kind}: and waits as long as parley.toml says`, days.some((day) => note.includes(`until ${day}`)), note);
  });
  const stopped = await trial.interrupt();
  check(`${kind}: Ctrl-C ends it with 0, and its ${stopped.ended} processes are gone`,
        stopped.code === 0 && stopped.ended >= 2 && stopped.left.length === 0, JSON.stringify(stopped));

  const second = await trial.start();
  check(`${kind}: the links are new`, second.carl !== first.carl && second.freya !== first.freya);
  await people(second, async ({ carl, freya }) => {
    const note = await carl.sees('O-1 "Logo": Carl offers Freya a contract');
    check(`${kind}: the room still shows what was said`, note.includes('/accept O-1'), note);
    await freya.type('/accept O-1');
    await freya.sees('You are about to accept O-1', freya.beside);
    await freya.type('/confirm');
    const accepted = await carl.sees('O-1 "Logo": Freya accepts');
    check(`${kind}: and the offer can still be accepted`, accepted.includes('C-1 is legally binding'), accepted);
  });
  const killed = await trial.kill();
  check(`${kind}: killed, it leaves none of its ${killed.ended} processes behind`, killed.ended >= 2 && killed.left.length === 0,
        killed.left.join(' '));
  const facts = trial.inspect('C-1');
  check(`${kind}: and what was agreed is kept`, facts.state === 'active' && facts.escrow === '300.00', JSON.stringify(facts));
  await trial.close();
}

async function tidy() {
  await browser?.close().catch(() => {});
  await trial?.close();
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => tidy().finally(() => process.exit(130)));
try {
  browser = await openBrowser();
  for (const kind of ['prosody', 'ejabberd']) await goesOn(kind);
} catch (error) {
  check('the trial goes to its end', false, `${error.stack}\n${trial?.log()}`);
} finally {
  await tidy();
}
process.exit(counted('trial'));
