// The README's conversation, line by line, in two real browser windows.
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { House } from './house.mjs';
import { payloads } from './payloads.mjs';
import { Person } from './person.mjs';

const picture = process.argv.includes('--picture') && path.join(path.dirname(fileURLToPath(import.meta.url)), 'conversation.png');
const room = 'Logo project';
let passed = 0;
let failed = 0;

function check(what, holds, otherwise = '') {
  if (holds) {
    passed += 1;
    console.log(`ok    ${what}`);
  } else {
    failed += 1;
    console.log(`FAIL  ${what}${otherwise ? `: ${otherwise}` : ''}`);
  }
}

/** Both see the same public note, and it says this. */
async function bothSee(kind, subject, ...said) {
  for (const [name, person] of [['Carl', carl], ['Freya', freya]]) {
    const text = await person.sees(kind, subject);
    const missing = said.filter((words) => !text.includes(words));
    check(`${name} sees ${kind} ${subject}`, missing.length === 0, `"${missing.join('", "')}" is not in: ${text}`);
  }
}

/** One sees a note marked as private; the other was not even sent it. */
async function onlyOneSees(kind, subject, [name, one], [otherName, other], ...said) {
  const text = await one.sees(kind, subject);
  const missing = ['only you see this', ...said].filter((words) => !text.includes(words));
  check(`${name} sees ${kind} ${subject}, marked as private`, missing.length === 0, `"${missing.join('", "')}" is not in: ${text}`);
  check(`${otherName} does not see it`, await other.cards(kind).count() === 0 && !other.frames.includes(`"kind":"${kind}`));
}

/** What a WebSocket handshake is answered with these headers. */
function handshake(headers) {
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1', port: house.port, path: '/ws',
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
                 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...headers },
    });
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end();
  });
}

async function comingIn(links) {
  for (const [name, person, link] of [['Carl', carl, links.carl], ['Freya', freya, links.freya]]) {
    const token = link.split('#token=')[1] ?? '';
    person.token = token;
    check(`${name}'s link carries a token behind the #`, token.length >= 20);
    check(`${name}'s address bar no longer shows it`, await person.page.evaluate(() => location.href) === `${house.origin}/`);
    check(`${name}'s requests never held it`, !person.requests.some((url) => url.includes(token)));
    check(`${name} is in the room`, await person.page.locator('#title').innerText() === room);
  }
  const policy = carl.answer.headers()['content-security-policy'] ?? '';
  check('the policy lets in nothing from outside', /default-src 'none'/.test(policy) && !/unsafe|\*|https:/.test(policy), policy);
  check('an Origin from elsewhere is refused', await handshake({ Origin: 'http://evil.example' }) === 403);
  check('the Origin of another port is refused', await handshake({ Origin: 'http://127.0.0.1:1' }) === 403);
  check('an Origin of null is refused', await handshake({ Origin: 'null' }) === 403);
  check('a Host from elsewhere is refused', await handshake({ Host: 'evil.example' }) === 421);
  check('our own Origin is let in', await handshake({ Origin: house.origin }) === 101);
}

async function upToTheRelease() {
  await carl.type('/offer title="Logo" amount=300 scope="3 concepts, 2 rounds, SVG"');
  await bothSee('offer.sent', 'O-1', '$300', '/accept O-1');

  await freya.type('/accept O-1');
  await onlyOneSees('preview.accept', 'O-1', ['Freya', freya], ['Carl', carl], '/confirm');
  await freya.type('/confirm');
  await bothSee('offer.accepted', 'O-1', 'C-1', '$300');
  check('the button of the answered preview is spent',
        await freya.cards('preview.accept').last().locator('.confirm').isDisabled());

  await freya.type('/submit M-1.1 "logo-draft.zip"');
  await bothSee('milestone.submitted', 'M-1.1', 'logo-draft.zip', '/release M-1.1');

  await carl.type('/release M-1.1');
  await bothSee('milestone.released', 'M-1.1', '$300', '$270');
}

/** The bot dies, and with it the house stops; what was typed meanwhile arrives once it stands again. */
async function deathAndReturn() {
  check('with the bot gone, deploy/start stops and says so', await house.killBot() === 1);
  await freya.page.locator('#status', { hasText: 'Not connected' }).waitFor();
  await freya.type('/propose title="Brand guide" amount=800 scope="20 pages, PDF"');
  await freya.page.locator('.pending', { hasText: 'Brand guide' }).waitFor();
  check('what is typed without a connection waits', true);
  await house.start();
  await bothSee('proposal.proposed', 'P-1', '$800', 'Brand guide');
  check('it was posted once', await carl.cards('proposal.proposed').count() === 1 &&
        await freya.page.locator('.pending').count() === 0);
}

async function upToTheEnd() {
  await carl.type('/counter P-1 v1 amount=650');
  await bothSee('proposal.countered', 'P-1', '$650', '/approve P-1 v2');

  await freya.type('/approve P-1 v2');
  await onlyOneSees('preview.approve', 'P-1', ['Freya', freya], ['Carl', carl], '/confirm', '$650');
  if (picture) await freya.page.screenshot({ path: picture });
  await freya.cards('preview.approve').last().locator('.confirm').click();
  await bothSee('proposal.approved', 'P-1', 'C-2', '$650');

  await carl.type('/end C-1 reason=completed');
  await carl.page.locator('#direct .dot').waitFor();
  check('Carl is shown that something new waits in the direct chat', true);
  check('nothing has happened in the room', await freya.cards('contract.ending').count() === 0);
  await carl.page.locator('#draft').fill('begun and not sent');
  await carl.openChat('Parley');
  const asked = await carl.sees('ask.end', 'C-1');
  check('Parley asks Carl in the direct chat', asked.includes('stars='), asked);
  check('a draft stays in its room', await carl.page.locator('#draft').inputValue() === '');

  await carl.type('stars=5 text="Great work, thank you"');
  const preview = await carl.sees('preview.end', 'C-1');
  check('Carl sees what he is about to do', preview.includes('/confirm'), preview);
  await carl.type('/confirm');
  await freya.sees('contract.ending', 'C-1');
  await carl.openChat(room);
  check('the draft is there again', await carl.page.locator('#draft').inputValue() === 'begun and not sent');
  await carl.page.locator('#draft').fill('');
  await bothSee('contract.ending', 'C-1', 'officially over');
  check('Freya was not told his words', !freya.frames.includes('Great work') && !freya.frames.includes('"kind":"ask.end'));
}

async function thread() {
  const chip = freya.page.locator('#timeline button.thread').first();
  const label = await chip.innerText();
  await chip.click();
  const shown = await freya.page.locator('#timeline li[data-id]').count();
  check('the chip shows the thread alone', shown >= 1 && await freya.cards('milestone.submitted').count() === 0, `${shown} shown`);
  await freya.type('a word in the thread');
  await freya.reads('a word in the thread');
  await freya.page.locator('#thread-close').click();
  const mine = carl.page.locator('#timeline li', { hasText: 'a word in the thread' });
  await mine.waitFor();
  check('what is typed there goes into the thread', (await mine.innerText()).includes(label));
  check('everything is shown again', await freya.cards('milestone.submitted').count() === 1);
}

/** How Parley writes what somebody else typed inside its own quotes. */
const asQuoted = (text) => `"${text.replaceAll('"', "'").replaceAll('<!', '‹!')}"`;

async function markupStaysText() {
  for (const payload of payloads) {
    await freya.type(payload);
    await carl.reads(payload);
    await freya.reads(payload);
  }
  check(`${payloads.length} payloads typed as chat stay text`, true);
  let shown = 0;
  for (const [i, payload] of payloads.entries()) {
    const answers = carl.page.locator('#timeline [data-kind="offer.sent"], #timeline [data-kind="refusal"]');
    const before = await answers.count();
    await carl.type(`/offer title="${payload.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}" amount=${i + 5} scope="x"`);
    await answers.nth(before).waitFor();
    const card = answers.nth(before);
    if (await card.getAttribute('data-kind') === 'offer.sent' && (await card.textContent()).includes(asQuoted(payload))) shown += 1;
    else console.log(`      ${payload}\n      → ${(await card.textContent()).slice(0, 300)}`);
  }
  check(`${payloads.length} payloads as the title of an offer stay text`, shown === payloads.length, `${shown} do`);
  const several = '/help offer\n<b>line</b>\n\n  two';
  await freya.type(several);
  await carl.reads(several);
  check('a message of several lines keeps them', true);
}

async function newRoomAndNames() {
  const name = payloads[1];
  await carl.page.locator('#new-room').click();
  await carl.page.locator('#room-name').fill(name);
  await carl.page.locator('#room-handles').fill('@nobody-here');
  await carl.page.keyboard.press('Enter');
  await carl.page.locator('#room-form .problem', { hasText: '@nobody-here' }).waitFor();
  check('a handle that nobody has is refused in words', true);
  await carl.page.locator('#room-handles').fill('@freya');
  await carl.page.keyboard.press('Enter');
  await carl.page.locator('#title', { hasText: name }).waitFor();
  check('Carl makes a room and is in it', true);
  await freya.page.locator('#rooms .room', { hasText: name }).waitFor();
  check('Freya is in the new room too, its name is text', await freya.page.title() !== name);
  await freya.page.locator('#me').click();
  await freya.page.locator('#me-name').fill('<i>Freya</i>');
  await freya.page.keyboard.press('Enter');
  await carl.page.locator('#subtitle', { hasText: '<i>Freya</i>' }).waitFor();
  check('Carl sees her new name as text', true);
  await carl.openChat(room);
}

async function everyWidth() {
  for (const width of [360, 768, 1280]) {
    await freya.page.setViewportSize({ width, height: 760 });
    const { over, box } = await freya.page.evaluate(() => ({
      over: Math.max(document.documentElement.scrollWidth, document.getElementById('scroll').scrollWidth -
                     document.getElementById('scroll').clientWidth + innerWidth) - innerWidth,
      box: document.getElementById('send').getBoundingClientRect().right,
    }));
    check(`nothing is cut off at ${width} px`, over <= 0 && box <= width, `${over} px too wide, the button ends at ${box}`);
  }
  const nameless = await freya.page.evaluate(() => [...document.querySelectorAll('button, input, textarea')]
    .filter((one) => !(one.innerText || one.textContent).trim() && !one.getAttribute('aria-label') && !(one.labels?.length))
    .map((one) => one.outerHTML.slice(0, 80)));
  check('every control has a name', nameless.length === 0, nameless.join(' '));
}

async function reloaded() {
  await carl.page.reload();
  await carl.page.locator('#draft:enabled').waitFor();
  await carl.openChat(room);
  await carl.reads('a word in the thread');
  check('a reload keeps one signed in and shows what was said', true);
  await carl.type('/whoami');
  await carl.sees('query.whoami');
  check('and the conversation goes on', true);
}

async function nothingFromOutside() {
  for (const [name, person] of [['Carl', carl], ['Freya', freya]]) {
    const outside = person.requests.filter((url) => new URL(url).host !== `127.0.0.1:${house.port}`);
    check(`no request of ${name}'s left this machine`, person.requests.length > 5 && outside.length === 0, outside.join(' '));
    check(`${name}'s page has no error and broke no policy`, person.problems.length === 0, person.problems.join('\n      '));
    const firstOnly = ([first, ...rest]) => first.includes(person.token) && !rest.some((frame) => frame.includes(person.token));
    const spoken = person.sent.filter((frames) => frames.length > 0);
    check(`${name}'s token was in the first frame of each connection and in no other`,
          spoken.length > 1 && spoken.every(firstOnly));
    const foreign = await person.foreign();
    check(`${name}'s page holds no foreign element`, foreign.length === 0, foreign.join(' '));
    check(`no code ran in ${name}'s page`, await person.page.evaluate(() => window.hit) === undefined);
  }
}

const house = new House();
let browser = null;
let carl = null;
let freya = null;
async function tidy() {
  await browser?.close().catch(() => {});
  await house.stop();
  house.clear();
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => tidy().finally(() => process.exit(130)));
try {
  const links = await house.start();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
           '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
  });
  carl = await Person.enter(browser, links.carl, { timezoneId: 'America/New_York' });
  freya = await Person.enter(browser, links.freya, { timezoneId: 'Europe/Berlin' });
  await comingIn(links);
  await upToTheRelease();
  await deathAndReturn();
  await upToTheEnd();
  await thread();
  await markupStaysText();
  await newRoomAndNames();
  await everyWidth();
  await reloaded();
  await nothingFromOutside();
} catch (error) {
  check('the conversation goes to its end', false, error.stack);
  for (const [name, person] of [['Carl', carl], ['Freya', freya]]) {
    if (!person) continue;
    const page = person.page.locator('body');
    console.log(`--- ${name}'s page\n${(await page.innerText().catch(() => '')).slice(-2500)}\n${person.problems.join('\n')}`);
  }
  console.log(house.log());
} finally {
  await tidy();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
