// A contract from the offer to the end, negotiated by two people in Converse.js on Prosody, as `deploy/start --xmpp`
// sets it up. They type into its message box; what they are shown is what is checked.
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { check, counted } from './checks.mjs';
import { Trial } from './trial.mjs';
import { openBrowser, Window } from './window.mjs';

const picture = process.argv.includes('--picture') && path.join(path.dirname(fileURLToPath(import.meta.url)), 'converse.png');
const lacking = (text, said) => said.filter((words) => !text.includes(words));

/** Both see this note in the room, and it says this. */
async function bothSee(beginning, ...said) {
  for (const [name, person] of [['Carl', carl], ['Freya', freya]]) {
    const text = await person.sees(beginning);
    const missing = lacking(text, said);
    check(`${name} reads in the room: ${beginning}`, missing.length === 0, `"${missing.join('", "')}" is not in: ${text}`);
  }
}

/** One is told it beside the room; the other was not even sent it. */
async function onlyOneSees(beginning, [name, one], [otherName, other], ...said) {
  const text = await one.sees(beginning, one.beside);
  const missing = lacking(text, said);
  check(`${name} alone reads: ${beginning}`, missing.length === 0, `"${missing.join('", "')}" is not in: ${text}`);
  check(`it does not stand in the room, and ${otherName} never got it`,
        !(await one.room.innerText()).includes(beginning) && !(await other.knows(beginning)));
  return text;
}

const answer = (url, headers = {}) => new Promise((resolve, reject) => {
  http.get(url, { headers }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on('error', reject);
});

async function theLinks(links) {
  for (const [name, link] of Object.entries(links)) {
    const url = new URL(link);
    check(`${name}'s link is on this machine and cannot be guessed`,
          url.hostname === '127.0.0.1' && /^\/[\w-]{32}\/$/.test(url.pathname), link);
    check('without its path there is nothing', await answer(url.origin) === 404 && await answer(`${url.origin}/settings.js`) === 404);
    check('and by another name it is not reached', await answer(link, { Host: `localhost:${url.port}` }) === 421);
  }
  const secrets = ['carl', 'freya', 'parley'].map((name) => trial.password(name));
  check('no password is printed', !secrets.some((one) => trial.printed.includes(one)));
}

async function upToTheRelease() {
  await carl.type('/offer @freya title="Logo" amount=300 scope="3 concepts, 2 rounds, SVG"');
  await bothSee('O-1 "Logo": Carl offers Freya a contract', '$300', '\nScope: 3 concepts, 2 rounds, SVG\n', '/accept O-1');

  await freya.type('/accept O-1');
  await onlyOneSees('You are about to accept O-1', ['Freya', freya], ['Carl', carl], '\nTitle: "Logo"\n', '$270', '/confirm');
  check('she can go on typing in the room', await freya.box.evaluate((box) => box === document.activeElement));
  await freya.type('/confirm');
  await bothSee('O-1 "Logo": Freya accepts', 'C-1 is legally binding', '$300', '/submit M-1.1');

  await freya.type('/submit M-1.1 "logo-draft.zip"');
  await bothSee('C-1 "Logo": Freya submits', 'logo-draft.zip', '/release M-1.1');

  await carl.type('/release M-1.1');
  await bothSee('C-1 "Logo": Carl released', '$300', '$270');
}

async function aProposal() {
  await freya.type('/propose title="Brand guide" amount=800 scope="20 pages, PDF"');
  await bothSee('P-1 "Brand guide": Freya proposes', '$800', '/approve P-1 v1');
  await carl.type('/counter P-1 v1 amount=650');
  await bothSee('P-1 "Brand guide": Carl counters', '$650', '/approve P-1 v2');
  await freya.type('/approve P-1 v2');
  await onlyOneSees('You are about to approve P-1', ['Freya', freya], ['Carl', carl], '$650', '/confirm');
  if (picture) await freya.page.screenshot({ path: picture });
  await freya.type('/confirm', freya.besideBox);
  await bothSee('P-1 "Brand guide": Freya approves', 'C-2', '$650');
  check('what she confirmed beside the room is not shown in it', !(await carl.room.innerText()).includes('\n/confirm\n/confirm'));
}

async function otherWaysIn() {
  await carl.type('!help');
  await onlyOneSees('Type a command with /, !', ['Carl', carl], ['Freya', freya], '/offer');
  await carl.type('Parley: status C-2');
  await onlyOneSees('C-2 "Brand guide"', ['Carl', carl], ['Freya', freya], '$650');
  await freya.type('@Parley: ledger C-1');
  await onlyOneSees('C-1 "Logo", its money so far', ['Freya', freya], ['Carl', carl], '270');
}

async function upToTheEnd() {
  await carl.type('/end C-1 reason=completed');
  await carl.page.locator('converse-roster').getByText('parley@localhost').first().click();
  const asked = await carl.sees('', carl.direct);
  check('Parley asks Carl in their direct chat', asked.includes('stars='), asked);
  await carl.type('stars=5 text="Great work, thank you"', carl.directBox);
  await carl.page.locator('converse-chat .chat-msg__text', { hasText: '/confirm' }).last().waitFor();
  await carl.type('/confirm', carl.directBox);
  const ended = await freya.sees('C-1 "Logo": Carl ends');
  check('Freya reads in the room that it ends', ended.includes('officially over'), ended);
  check('and not his words', !(await freya.knows('Great work')));
}

async function nothingFromOutside() {
  for (const [name, person] of [['Carl', carl], ['Freya', freya]]) {
    const outside = person.requests.filter((url) => !['127.0.0.1', ''].includes(new URL(url).hostname));
    check(`no request of ${name}'s left this machine`, person.requests.length > 5 && outside.length === 0, outside.join(' '));
    check(`${name}'s page has no error and broke no policy`, person.problems.length === 0, person.problems.join('\n      '));
  }
}

const FACTS = [
  ['O-1', { state: 'accepted', amount: '300.00', client: 'carl', freelancer: 'freya' }],
  ['C-1', { state: 'ending', end_kind: 'by_client', escrow: '0.00' }],
  ['M-1.1', { state: 'released', amount: '300.00' }],
  ['P-1', { state: 'approved', version: '2' }],
  ['C-2', { state: 'active', escrow: '650.00', client: 'carl', freelancer: 'freya' }],
  ['feedback C-1', { client: 'sealed', freelancer: 'open' }],
  ['account freya', { pending: '270.00' }],
  ['ledger', { sum: '0.00' }],
  ['events', { chain: 'ok' }],
];

async function stopped() {
  const { code, ended, left } = await trial.interrupt();
  check('Ctrl-C ends it with 0', code === 0, `${code}`);
  check(`its ${ended} processes are gone`, ended >= 2 && left.length === 0, left.join(' '));
  for (const [subject, wanted] of FACTS) {
    const facts = trial.inspect(...subject.split(' '));
    const wrong = Object.entries(wanted).filter(([key, value]) => facts[key] !== value);
    check(`${subject}: ${Object.values(wanted).join(', ')}`, wrong.length === 0, JSON.stringify(facts));
  }
}

const trial = new Trial('prosody');
let browser = null;
let carl = null;
let freya = null;
async function tidy() {
  await browser?.close().catch(() => {});
  await trial.close();
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => tidy().finally(() => process.exit(130)));
try {
  const links = await trial.start();
  await theLinks(links);
  browser = await openBrowser();
  carl = await Window.enter(browser, links.carl, { timezoneId: 'America/New_York' });
  freya = await Window.enter(browser, links.freya, { timezoneId: 'Europe/Berlin' });
  await carl.page.locator('converse-muc-occupants', { hasText: 'Freya' }).waitFor();
  await upToTheRelease();
  await aProposal();
  await otherWaysIn();
  await upToTheEnd();
  await nothingFromOutside();
  await browser.close();
  await stopped();
} catch (error) {
  check('the conversation goes to its end', false, error.stack);
  for (const [name, person] of [['Carl', carl], ['Freya', freya]]) {
    if (!person) continue;
    const shown = await person.page.locator('body').innerText().catch(() => '');
    console.log(`--- ${name}'s page\n${shown.slice(-4500)}\n${person.problems.join('\n')}`);
  }
  console.log(trial.log());
} finally {
  await tidy();
}
process.exit(counted('converse'));
