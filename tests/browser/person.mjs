// One person: a browser context with one page of the room, and what it is asked to show.

const PATIENCE = 30_000;

/** Noise that belongs to a server that is away for a moment. */
const AWAY = /WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;

export class Person {
  problems = []; // page errors, complaints in the console, violations of the policy
  requests = []; // every address that was asked for
  frames = ''; // everything the room told this page
  sent = []; // what the page sent, by connection

  static async enter(browser, link, options) {
    const person = new Person();
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, colorScheme: 'light', ...options });
    context.setDefaultTimeout(PATIENCE);
    context.on('request', (request) => person.requests.push(request.url()));
    const page = await context.newPage();
    person.page = page;
    page.on('pageerror', (error) => person.problems.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !AWAY.test(message.text()))
        person.problems.push(`console: ${message.text()}`);
    });
    page.on('dialog', (dialog) => {
      person.problems.push(`a dialog opened: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('websocket', (socket) => {
      person.requests.push(socket.url());
      const sent = [];
      person.sent.push(sent);
      socket.on('framesent', ({ payload }) => sent.push(String(payload)));
      socket.on('framereceived', ({ payload }) => { person.frames += `${payload}\n`; });
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    person.answer = await page.goto(link);
    await page.locator('#draft:enabled').waitFor();
    return person;
  }

  /** Types into the message box as one does, line by line, and sends. */
  async type(text) {
    const box = this.page.locator('#draft');
    await box.focus();
    const lines = text.split('\n');
    for (const [i, line] of lines.entries()) {
      if (i) await this.page.keyboard.press('Shift+Enter');
      await this.page.keyboard.insertText(line);
    }
    await this.page.keyboard.press('Enter');
  }

  cards(kind, subject) {
    return this.page.locator(`#timeline [data-kind="${kind}"]${subject === undefined ? '' : `[data-subject="${subject}"]`}`);
  }

  /** Waits for the newest card of this kind and gives its text. */
  async sees(kind, subject) {
    const card = this.cards(kind, subject).last();
    await card.waitFor();
    return card.innerText();
  }

  /** Waits for a message with exactly this text. */
  async reads(text) {
    await this.page.waitForFunction(
      (wanted) => [...document.querySelectorAll('#timeline li[data-id] .words')].some((one) => one.textContent === wanted), text);
  }

  async openChat(name) {
    await this.page.locator('#side .room', { hasText: name }).click();
    await this.page.locator('#title', { hasText: name }).waitFor();
  }

  /** What in the timeline is no text of ours: elements that only markup could have made. */
  foreign() {
    return this.page.evaluate(() => {
      const ours = 'ol,li,p,b,bdi,span,div,article,time,button';
      return [...document.querySelectorAll('#timeline *, #side ul *, #head *, #people *')]
        .filter((one) => !one.matches(`${ours},h1,h2,ul,form,label,input`) || one.hasAttribute('style') || one.hasAttribute('href')
                         || [...one.attributes].some((attribute) => attribute.name.startsWith('on')))
        .map((one) => one.outerHTML.slice(0, 120));
    });
  }

  close() { return this.page.context().close(); }
}
