// One person in Converse.js: a browser context with one page, and what it shows.
import { chromium } from 'playwright-core';

// A machine that does much besides is slow, and only who waits for what never comes waits so long.
const PATIENCE = 60_000;

/** Chromium, which reaches nothing but this machine. Whoever opens it also closes it, whatever signal comes. */
export const openBrowser = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  headless: true,
  handleSIGINT: false,
  handleSIGTERM: false,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
         '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
});

export class Window {
  problems = []; // page errors, complaints in the console, violations of the policy
  requests = []; // every address that was asked for
  frames = ''; // everything the server told this page

  static async enter(browser, link, options) {
    const one = new Window();
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: 'light', ...options });
    context.setDefaultTimeout(PATIENCE);
    context.on('request', (request) => one.requests.push(request.url()));
    const page = await context.newPage();
    one.page = page;
    page.on('pageerror', (error) => one.problems.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) one.problems.push(`console: ${message.text()}`);
    });
    page.on('websocket', (socket) => {
      one.requests.push(socket.url());
      socket.on('framereceived', ({ payload }) => { one.frames += `${payload}\n`; });
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    await page.goto(link);
    await one.box.waitFor();
    return one;
  }

  get room() { return this.page.locator('converse-muc-chat-content'); }
  get box() { return this.page.locator('converse-muc-bottom-panel textarea.chat-textarea'); }
  /** What is said to this person alone, in the room. */
  get beside() { return this.page.locator('converse-muc-occupant converse-chat-content'); }
  get besideBox() { return this.page.locator('converse-muc-occupant textarea.chat-textarea'); }
  /** The direct chat, once it is open. */
  get direct() { return this.page.locator('converse-chat converse-chat-content'); }
  get directBox() { return this.page.locator('converse-chat textarea.chat-textarea'); }

  /** Types as a person does, and sends. */
  async type(text, box = this.box) {
    await box.click();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** Waits for a note of Parley's that begins like this, and gives its whole text. */
  async sees(beginning, where = this.room) {
    const escaped = beginning.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const note = where.locator('.chat-msg[data-from$="/Parley"], .chat-msg[data-from^="parley@"]').locator('.chat-msg__text')
      .filter({ hasText: new RegExp(`^\\s*${escaped}`) }).last();
    await note.waitFor();
    return (await note.innerText()).trim();
  }

  /** Whether these words were shown anywhere, or even sent to this page. */
  async knows(words) { return this.frames.includes(words) || (await this.page.locator('body').innerText()).includes(words); }
}
