// The bot under test as a process of its own, the people around it, and the checks: what people are shown decides, and
// what `parley inspect` says once the bot has stopped.
import { spawn, execFileSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { Peer, bare, condition, read, xml, MUC, MUC_USER, MAM, RSM, SID } from './peer.mjs';

export const escaped = (text) => text.replace(/[&<>'"]/g, (c) => `&#${c.codePointAt(0)};`);
const START = 30_000;
const FORWARD = 'urn:xmpp:forward:0';
const DELAY = 'urn:xmpp:delay';

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class House {
  checks = []; // { name, trouble, facts }
  #settled = 0;
  #bot;
  #titles = 0;

  constructor(parley, folder, env) {
    Object.assign(this, { parley, folder, url: env.PARLEY_XMPP_URL, domain: env.PARLEY_XMPP_DOMAIN,
                          muc: env.PARLEY_XMPP_MUC, kind: env.PARLEY_XMPP_SERVER });
    this.passwords = JSON.parse(readFileSync(`${folder}/passwords.json`, 'utf8'));
    this.log = openSync(`${folder}/bot.log`, 'a');
    this.bot = `parley@${this.domain}`;
    process.on('exit', () => this.#bot?.kill('SIGKILL'));
    process.on('SIGTERM', () => process.exit(1));
    process.on('uncaughtException', (error) => {
      for (const { name, trouble } of this.checks.slice(this.#settled)) if (trouble) console.log(`FAIL  ${name}: ${trouble}`);
      console.log(`FAIL  it could not go on: ${error.stack}`);
      process.exit(1);
    });
  }

  room(name) { return `${name}@${this.muc}`; }
  jid(name) { return `${name}@${this.domain}`; }

  async person(name, resource = 'peer') {
    const { url, domain } = this;
    return Peer.connect({ url, domain, name, password: this.passwords[name], resource });
  }

  // The bot

  async start() {
    const bot = spawn(this.parley, ['serve', '--data', this.folder], { stdio: ['ignore', 'pipe', this.log] });
    this.#bot = bot;
    this.ended = new Promise((resolve) => bot.on('exit', (code, signal) => resolve(signal ?? code)));
    let late = '';
    const timer = setTimeout(() => {
      late = `, for it was not ready within ${START / 1000} s`;
      bot.kill('SIGKILL');
    }, START);
    try {
      for await (const line of createInterface({ input: bot.stdout })) if (line === 'bot ready') return;
    } finally {
      clearTimeout(timer);
    }
    throw new Error(`the bot ended with ${await this.ended}${late}`);
  }

  /** Stops the bot in order, and asks the store about everything that is to be true. */
  async stop() {
    this.#bot.kill('SIGTERM');
    const how = await this.ended;
    if (how !== 0) throw new Error(`the bot was stopped and ended with ${how}`);
    this.settle();
  }

  async kill() {
    this.#bot.kill('SIGKILL');
    await this.ended;
  }

  inspect(subject) {
    return JSON.parse(execFileSync(this.parley, ['inspect', '--json', '--data', this.folder, subject], { encoding: 'utf8' }));
  }

  /** The stopped bot's store, by SQL. */
  sql(statement, ...values) {
    const script = 'import json, sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as db:\n' +
      '  print(json.dumps(db.execute(sys.argv[2], sys.argv[3:]).fetchall()))';
    return JSON.parse(execFileSync('python3', ['-c', script, `${this.folder}/bot/parley.db`, statement, ...values], { encoding: 'utf8' }));
  }

  // The checks

  /** `body` gets `fact(subject, fields)` for what must be true in the store when the bot stops the next time. */
  async check(name, body) {
    const one = { name, trouble: '', facts: [] };
    if (process.env.TRAPS_AT_ONCE) console.log('      ', name, Date.now());
    try {
      await body((subject, fields) => one.facts.push([subject, fields]));
    } catch (error) {
      one.trouble = error.message;
      if (process.env.TRAPS_AT_ONCE) console.log(`      ${name}: ${error.stack}`);
    }
    this.checks.push(one);
  }

  settle() {
    for (; this.#settled < this.checks.length; ++this.#settled) {
      const one = this.checks[this.#settled];
      for (const [subject, fields] of one.facts) {
        const true_ = this.inspect(subject);
        for (const [field, wanted] of Object.entries(fields))
          if (typeof wanted === 'function' ? !wanted(true_[field]) : true_[field] !== wanted)
            one.trouble ||= `${subject} ${field}=${true_[field]}, not ${wanted}`;
      }
      console.log(one.trouble ? `FAIL  ${one.name}: ${one.trouble}` : `ok    ${one.name}`);
    }
  }

  report(what) {
    this.settle();
    const failed = this.checks.filter((one) => one.trouble).length;
    console.log(`figure: ${what} over ${this.kind} held=${this.checks.length - failed} failed=${failed}`);
    return failed === 0 && this.checks.length > 0;
  }

  // What people do

  /** Types, with further elements that a client of ill will puts beside the text. Resolves with `{ id, key }`. */
  async type(who, room, text, { more = '', key = randomUUID(), origin = key } = {}) {
    const since = who.stanzas.length;
    await who.sendRaw(`<message xmlns='jabber:client' to='${room}' type='groupchat' id='${escaped(key)}'><body>${escaped(text)}</body>` +
                      `<origin-id xmlns='${SID}' id='${escaped(origin)}'/>${more}</message>`);
    const back = await who.waitFor((s) => s.is('message') && s.attrs.id === key && bare(s.attrs.from ?? '') === room,
                                   { since, what: `the reflection of ${text}` });
    if (back.attrs.type === 'error') throw new Error(`${room} refuses ${text}: ${condition(back)}`);
    return { id: read(back).id, key };
  }

  /** What the bot says to somebody after they typed: in the room, to them alone, or in their direct chat. */
  async answered(who, text, wanted, { room, nick = 'Parley', ...options } = {}) {
    const since = who.stanzas.length;
    if (room) await this.type(who, room, text, options);
    else await who.tell(options.to ?? this.bot, text, options);
    return who.hears((m) => this.byBot(m, nick) && wanted(m), { since, what: `an answer to ${text}` });
  }

  byBot(m, nick = 'Parley') {
    return m.room === this.bot || (m.room.endsWith(`@${this.muc}`) && m.nick === nick);
  }

  /** A new offer by Carl to Freya, which nobody else may touch: its id. */
  async offer(carl, room, more = '') {
    const title = `Work ${++this.#titles} ${randomUUID().slice(0, 8)}`;
    const note = await this.answered(carl, `/offer @freya title="${title}" amount=50 scope="As we said"`,
                                     (m) => m.text.includes(title), { room, more });
    const id = note.text.match(/\bO-\d+/)?.[0];
    if (!id) throw new Error(`no offer came of it: ${note.text}`);
    return id;
  }

  /** How an offer stands, as Freya is told. By then the bot has handled all that was typed before. */
  async standing(freya, room, offer) {
    const note = await this.answered(freya, `/status ${offer}`, (m) => m.type === 'chat' && m.text.includes(offer), { room });
    return note.text;
  }

  /** The room's archive, asked as somebody who is in it: `{ id, nick, key, text, at, message }`, oldest first. */
  async archive(who, room, after = '') {
    const out = [];
    for (let complete = false; !complete;) {
      const since = who.stanzas.length;
      const fin = await who.ask('set', room, xml('query', { xmlns: MAM, queryid: 'look' },
        xml('set', { xmlns: RSM }, xml('max', {}, '50'), after ? xml('after', {}, after) : undefined)));
      if (fin.attrs.type !== 'result') throw new Error(`${room} gives no archive: ${condition(fin)}`);
      const page = who.stanzas.slice(since).map((s) => s.is('message') && s.getChild('result', MAM)).filter(Boolean);
      for (const result of page) {
        const forwarded = result.getChild('forwarded', FORWARD);
        const message = forwarded.getChild('message');
        out.push({ id: result.attrs.id, nick: message.attrs.from.split('/')[1] ?? '', key: message.attrs.id, message,
                   text: message.getChildText('body') ?? '', at: Date.parse(forwarded.getChild('delay', DELAY).attrs.stamp) });
      }
      complete = page.length === 0 || fin.getChild('fin', MAM).attrs.complete === 'true';
      after = page.at(-1)?.attrs.id ?? '';
    }
    return out;
  }

  /** Changes a room of one's own. Resolves with the answer. */
  async configure(owner, room, fields) {
    const field = ([name, value]) => xml('field', { var: name }, xml('value', {}, value));
    const form = Object.entries({ FORM_TYPE: `${MUC}#roomconfig`, ...fields }).map(field);
    const answer = await owner.ask('set', room, xml('query', { xmlns: `${MUC}#owner` },
      xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, ...form)));
    if (answer.attrs.type !== 'result') throw new Error(`${room} is not changed: ${condition(answer)}`);
  }

  /** An invitation by the room, as clients send it (XEP-0045). */
  async invite(who, room, whom = this.bot) {
    await who.send(xml('message', { to: room }, xml('x', { xmlns: MUC_USER }, xml('invite', { to: whom }))));
  }
}
